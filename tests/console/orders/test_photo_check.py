"""Photos that a command names must be stored."""

from city.commands.command import Command
from console.orders.photo_check import missing_photo


def finish(photos: object) -> Command:
    return Command("c", "finish_task", "task:1.1", 1, {"photos": photos})


def test_a_photo_that_is_not_stored_is_named_with_what_was_expected() -> None:
    refusal = missing_photo(finish(["a", "b"]), lambda name: name == "a")
    assert refusal is not None
    assert (refusal.code, refusal.names["field"]) == ("bad_args", "photos[1]")
    assert "POST /evidence/" in str(refusal.names["expected"])


def test_stored_photos_none_and_what_is_no_list_go_on_to_the_check_of_the_arguments() -> None:
    for photos in (["a"], [], None, "a", [7]):
        assert missing_photo(finish(photos), lambda name: name == "a") is None
    other = Command("c", "verify_task", "task:1.1", 1, {"photos": ["b"]})
    assert missing_photo(other, lambda _: False) is None
