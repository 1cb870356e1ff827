"""Arguments of the verbs: one struct per verb, decoded strictly."""

import re
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from city.commands.argument_types import (
    Args,
    Code,
    Lat,
    Lon,
    Merc,
    Metres,
    Moment,
    OnePhoto,
    PhotoFacts,
    Photos,
    Text,
    TwoPhotos,
    described,
)
from city.commands.command import Refusal
from city.commands.duty.arguments import DUTY_ARGS
from city.commands.field.arguments import FIELD_ARGS
from city.commands.field.report_arguments import REPORT_ARGS
from city.commands.hotline.arguments import HOTLINE_ARGS
from city.commands.leaders.arguments import LEADER_ARGS
from city.commands.linkage.arguments import LINKAGE_ARGS
from city.commands.response.briefing_arguments import BRIEFING_ARGS
from city.commands.response.levels.arguments import LEVEL_ARGS
from city.commands.response.recovery_arguments import RECOVERY_ARGS
from city.commands.response.situation.arguments import SITUATION_ARGS
from city.commands.sensing.arguments import SENSING_ARGS
from city.commands.video.arguments import VIDEO_ARGS

__all__ = ["ARGS", "bad_arg", "described", "read_args"]


class RequestVerification(Args, frozen=True):
    to: Code | None = None


class Verify(Args, frozen=True):
    result: Literal["confirmed", "not_found"]
    lon: Lon
    lat: Lat
    photos: OnePhoto
    text: Text | None = None
    photo_facts: PhotoFacts = ()


class File(Args, frozen=True):
    standard: Code | None = None
    kind: Literal["component", "event"] | None = None
    code: Code | None = None
    hazard: bool | None = None
    hazard_reason: Text | None = None
    urgency: Literal["normal", "urgent", "critical"] | None = None
    component: Code | None = None
    source_site: Code | None = None
    danger: tuple[Literal["fire", "crime", "medical", "trapped"], ...] = ()
    owner_state: Literal["known", "unknown", "disputed"] | None = None


class Reject(Args, frozen=True):
    reason: Literal["no_problem", "out_of_district", "emergency_handed_over", "not_city_matter"]
    right_place: Text | None = None


class Merge(Args, frozen=True):
    into: Annotated[str, Meta(min_length=1, max_length=300)]


class SelfHandle(Args, frozen=True):
    text: Text
    photos: TwoPhotos
    photo_facts: PhotoFacts = ()


class Void(Args, frozen=True):
    reason: Literal["duplicate_in_error", "test_data"]
    text: Text


class Dispatch(Args, frozen=True):
    """``skip_rules``: to the given holder without the rules, while that is relaxed in an emergency."""

    to: Code | None = None
    evidence: Text | None = None
    skip_rules: bool = False


class Return(Args, frozen=True):
    reason: Literal[
        "not_my_duty", "not_my_area", "owner_unknown", "cannot_find", "already_fixed", "needs_other_first",
        "duplicate", "wrong_category",
    ]  # fmt: skip
    text: Text
    lon: Lon | None = None
    lat: Lat | None = None
    accuracy_m: Metres | None = None


class RequestRuling(Args, frozen=True):
    reason: Literal["asked", "no_owner", "boundary_strip", "shared_facility", "city_district"] | None = None


class Rule(Args, frozen=True):
    holder: Code
    kind: Literal["interim", "final"] = "interim"
    scope: Literal["this_case", "this_component", "this_road_segment", "category_in_area"] | None = None
    text: Text | None = None


class TransferUp(Args, frozen=True):
    text: Text
    to: Text | None = None


class MakeSafeDone(Args, frozen=True):
    photos: OnePhoto
    text: Text | None = None
    photo_facts: PhotoFacts = ()


class Feedback(Args, frozen=True):
    outcome: Literal[
        "fixed", "guided", "warned_first_offence", "penalised", "transferred", "no_problem_found"
    ]  # fmt: skip
    text: Text
    photos_before: OnePhoto
    photos_after: OnePhoto
    photo_facts: PhotoFacts = ()


class ApplyExtension(Args, frozen=True):
    reason: Text


class Decide(Args, frozen=True):
    approved: bool
    text: Text | None = None


class ApplySuspension(Args, frozen=True):
    reason: Literal["engineering", "season", "law"]
    until: Moment
    text: Text


class CheckDone(Args, frozen=True):
    passed: bool
    mode: Literal["field", "video", "caller_confirmed", "sensor"]
    lon: Lon | None = None
    lat: Lat | None = None
    photo_at: Moment | None = None
    photos: Photos = ()
    reason: Text | None = None
    fault: Literal["not_done", "partly_done", "not_clean", "unsafe", "other_place"] | None = None
    photo_facts: PhotoFacts = ()


class CallBack(Args, frozen=True):
    satisfaction: Literal["very_satisfied", "satisfied", "basically", "dissatisfied", "unreachable"]
    resolved: Literal["solved", "partly", "unsolved"]


class Words(Args, frozen=True):
    text: Text


class Reassign(Args, frozen=True):
    to: Code
    evidence: Text | None = None
    text: Text | None = None


class Escalate(Args, frozen=True):
    reason: Text | None = None
    level: Annotated[int, Meta(ge=1, le=3)] | None = None


class Undo(Args, frozen=True):
    reason: Text | None = None


LevelReason = Literal["major", "difficult", "cross_street", "social_effect"]
"""Why a street calls on the district (S0-10)."""


class TransferLevel(Args, frozen=True):
    text: Text
    photos: OnePhoto
    reason: LevelReason | None = None
    photo_facts: PhotoFacts = ()


class AnswerLevel(Args, frozen=True):
    accepted: bool
    text: Text | None = None


class AnswerCity(Args, frozen=True):
    done: bool
    text: Text


class SendUnit(Args, frozen=True):
    unit: Annotated[str, Meta(min_length=1, max_length=128)]
    call_sign: Code | None = None


class DecideAppeal(Args, frozen=True):
    upheld: bool
    text: Text | None = None


class PassLimit(Args, frozen=True):
    step: Code
    serial: Annotated[int, Meta(ge=0, le=10_000_000_000)]
    due_at: Moment


class ShowOn(Args, frozen=True):
    kind: Literal["case", "camera", "view"]
    id: Annotated[str, Meta(min_length=1, max_length=300)] | None = None
    view: tuple[Merc, Merc, Merc, Merc] | None = None


class Reveal(Args, frozen=True):
    purpose: Literal["call_back", "contact", "on_site", "other"]
    text: Text | None = None


ARGS: dict[str, type[Args]] = {
    "request_verification": RequestVerification, "verify": Verify, "file": File, "reject": Reject,
    "merge": Merge, "self_handle": SelfHandle, "void": Void, "dispatch": Dispatch, "return": Return,
    "request_ruling": RequestRuling, "rule": Rule, "transfer_up": TransferUp, "make_safe": MakeSafeDone,
    "feedback": Feedback, "apply_extension": ApplyExtension, "decide_extension": Decide,
    "apply_suspension": ApplySuspension, "decide_suspension": Decide, "check": CheckDone,
    "call_back": CallBack, "reopen": Words, "reassign": Reassign, "escalate": Escalate, "undo": Undo,
    "transfer_level": TransferLevel, "answer_level": AnswerLevel, "send_unit": SendUnit,
    "answer_city": AnswerCity,
    "supervise": Words, "appeal": Words, "decide_appeal": DecideAppeal, "report_rule_error": Words,
    "comment": Words, "pass_limit": PassLimit, "show": ShowOn, "reveal": Reveal,
    **REPORT_ARGS, **FIELD_ARGS, **LINKAGE_ARGS, **DUTY_ARGS, **HOTLINE_ARGS, **SENSING_ARGS, **VIDEO_ARGS,
    **BRIEFING_ARGS, **LEVEL_ARGS, **RECOVERY_ARGS, **SITUATION_ARGS,
    **LEADER_ARGS,
}  # fmt: skip
"""Verb → its arguments; a verb that is not listed takes none."""

_FIELD = re.compile(r"field `([^`]*)`")
_PATH = re.compile(r"`\$\.?([^`]*)`$")


def bad_arg(field: str, expected: str) -> Refusal:
    """Return the refusal of an invalid argument."""
    return Refusal("bad_args", "bad_arg", {"field": field, "expected": expected})


def read_args(verb: str, args: object) -> Args | Refusal:
    """Decode the arguments of a verb, or return a ``bad_args`` with the field and the expected value."""
    shape = ARGS.get(verb, Args)
    try:
        read = msgspec.convert(args, shape, strict=True)
        msgspec.json.encode(read)  # the ledger cannot store a lone surrogate
    except msgspec.ValidationError as error:
        return _refused(shape, str(error))
    except UnicodeEncodeError:
        return bad_arg("args", "text of Unicode characters")
    return _half_a_position(read) or read


def _half_a_position(read: Args) -> Refusal | None:
    """Return the refusal of a longitude without its latitude, or the reverse: it is no place."""
    for one, other in (("lon", "lat"), ("lat", "lon")):
        if getattr(read, one, None) is not None and getattr(read, other, 0.0) is None:
            names = {"field": other, "expected": f"{described(type(read), other)}, as there is {one}"}
            return Refusal("bad_args", "missing_arg", names)
    return None


def _refused(shape: type[Args], message: str) -> Refusal:
    """Convert msgspec's message into a field and its expected value."""
    named = _FIELD.search(message)
    if named and "unknown field" in message:
        return Refusal("bad_args", "unknown_arg", {"field": named[1]})
    if named and "missing required" in message:
        return Refusal("bad_args", "missing_arg", {"field": named[1], "expected": described(shape, named[1])})
    path = _PATH.search(message)
    field = path[1] if path and path[1] else "args"
    expected = described(shape, field.split("[")[0].split(".")[0])
    return bad_arg(field, expected or message.split(" - at ")[0])
