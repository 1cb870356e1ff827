"""The story has words for whatever the ledger may tell of a case."""

import re
from functools import partial
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest

from city.access import ROLES
from city.commands.arguments import ARGS
from city.dispatch.tables.dispatch_rules import PRINCIPLES
from city.folding.fold import HANDLERS
from city.state.case_file import OUTCOMES, RETURNS, STATES
from layouts.catalogues import LANGUAGES, own_words

WORDS = {lang: own_words(lang) for lang in LANGUAGES}
NOTED = {
    "CaseReported", "OutboxDelivered", "OutboxDelayed", "OutboxFailed", "CommandRefused", "PersonRevealed",
    "DetectionJoined",
}  # fmt: skip
TYPES = sorted({kind for (kind, _), handler in HANDLERS.items() if isinstance(handler, partial)} | NOTED)
"""Every fact that may stand in the story of a case."""


def choices(verb: str) -> dict[str, set[str]]:
    """Return the arguments of a verb that are one of some words."""
    found: dict[str, set[str]] = {}
    for name, hint in get_type_hints(ARGS[verb]).items():
        told = {one for part in flat(hint) for one in get_args(part) if isinstance(one, str)}
        if told:
            found[name] = told
    return found


def flat(hint: Any) -> list[Any]:
    if get_origin(hint) is Literal:
        return [hint]
    return [part for one in get_args(hint) for part in flat(one)]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_fact_that_the_fold_knows_has_a_line(lang: str) -> None:
    assert TYPES
    assert [kind for kind in TYPES if not WORDS[lang].get(f"fact.{kind}")] == []


def test_every_line_is_of_a_fact_that_there_is() -> None:
    told = {key.split(".")[1] for key in WORDS["zh"] if re.match(r"fact\.[A-Z]", key)}
    # A later record of a case's source is a line of its own; what stands on a wall is told beside the case.
    assert told - {*TYPES, "CaseStatusChanged", "WallShown", "WallCleared"} == set()
    assert {kind for kind, _ in HANDLERS} >= set(TYPES)


@pytest.mark.parametrize("verb", sorted(set(ARGS) - {"file", "pass_limit", "show"}))
def test_every_word_that_a_command_may_carry_has_its_own(verb: str) -> None:
    missing = [
        f"code.{name}.{one}"
        for name, told in choices(verb).items()
        for one in sorted(told)
        if f"code.{name}.{one}" not in WORDS["zh"]
    ]
    assert missing == []


@pytest.mark.parametrize(
    ("group", "codes"),
    [
        ("reason", RETURNS), ("outcome", OUTCOMES), ("principle", PRINCIPLES),
        ("urgency", ("critical", "urgent", "normal")), ("danger", ("fire", "crime", "medical", "trapped")),
        ("reason", ("bounces", "loop", "territory", "unowned")),
    ],
)  # fmt: skip
def test_every_code_of_a_case_has_its_word(group: str, codes: tuple[str, ...]) -> None:
    assert [code for code in codes if f"code.{group}.{code}" not in WORDS["zh"]] == []


def test_every_state_and_role_has_its_word() -> None:
    assert [s for s in STATES if f"state.{s}" not in WORDS["zh"]] == []
    assert [role for role in ROLES if f"role.{role}" not in WORDS["zh"]] == []
