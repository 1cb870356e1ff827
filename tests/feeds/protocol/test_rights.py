import pytest

from feeds.protocol.rights import Claims, check_client, check_right


def test_a_right_is_for_one_topic_and_a_star_for_all_subscribing() -> None:
    claims = Claims("c", frozenset({"publish:case", "subscribe:*"}))
    assert claims.may("publish", "case")
    assert not claims.may("publish", "unit")
    assert claims.may("subscribe", "ops")
    assert not claims.reads_person


def test_only_a_scoped_token_needs_anywhere() -> None:
    assert Claims("c", frozenset({"publish:case"})).anywhere("publish", "case")
    scoped = Claims("c", frozenset({"publish:case", "publish:unit:anywhere"}), ("310115005",))
    assert not scoped.anywhere("publish", "case")
    assert scoped.anywhere("publish", "unit")
    assert scoped.may("publish", "unit")


@pytest.mark.parametrize("right", ["publish:ops", "publish:*", "publish", "read:all", "subscribe:x", ""])
def test_an_unknown_right_is_refused(right: str) -> None:
    with pytest.raises(ValueError, match="right: expected"):
        check_right(right)


@pytest.mark.parametrize("name", ["", "a/b", "a b", "-a", "a" * 65, "热线", "a\n"])
def test_a_client_name_that_could_blur_a_subject_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="name: expected"):
        check_client(name)
