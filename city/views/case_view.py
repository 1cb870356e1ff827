"""A case as screens may see it: the part of its file and its place that a wall or a desk gets."""

from typing import Any, Final

from city.commands.cases.automatic_steps import BY_CLOCK, office_time, steps
from city.commands.cases.offered_verbs import offered_verbs
from city.commands.cases.supervision import escalate_to
from city.dispatch.decision_rules import CaseNumbers, DecisionRules
from city.dispatch.ordinary import is_ordinary
from city.places.road_names import narrowed
from city.state.hotline_records import Span
from city.state.ledger_state import Case
from city.state.row_keys import row_key_of
from city.views.wall_seen import CaseSeen, MakeSafeSeen

__all__ = ["account_mark", "public_label", "public_road", "see_case", "wall_case"]

NUMBERS: Final = CaseNumbers()


def account_mark(account: str) -> str:
    """Return the mark of an account on a channel: login names are private."""
    return row_key_of(f"account:{account}")


def wall_case(case: Case, rules: DecisionRules | None, deferral: Span | None = None) -> CaseSeen:
    """Return a case as a wall may see it; ``deferral`` is the running 灾害顺延."""
    return CaseSeen(**see_case(case, rules, deferral) | {"label": public_label(case.label, rules)})


def public_label(label: str, rules: DecisionRules | None) -> str:
    """Return a source's class name if it is known, else '': a publisher may write anything into a label."""
    return label if rules is not None and label in rules.labels else ""


def public_road(roads: str, rules: DecisionRules | None) -> str:
    """Return ``Place.road`` reduced to the road names that the district knows, where it contains them."""
    return narrowed(roads, rules.roads) if rules is not None else roads


def see_case(case: Case, rules: DecisionRules | None, deferral: Span | None = None) -> dict[str, Any]:
    """Return the fields of `city.views.wall_seen.CaseSeen`; only ``label`` is text as the source wrote it.

    Without ``rules`` the next automatic step is computed in clock time with the built-in numbers.
    """
    place, file, mirror = case.place, case.file, case.mirror
    plain = {
        "key": row_key_of(case.key), "kind": case.kind, "code": case.code, "label": case.label,
        "urgency": case.urgency, "hazard": case.hazard, "street": place.street,
        "road": public_road(place.road, rules),
        "lon": place.lon, "lat": place.lat, "at": case.at, "recorded_at": case.recorded_at,
        "state": case.state, "agency": case.holder, "due_at": case.due_at, "version": file.version,
        "source": case.client,
        "verbs": tuple(offered_verbs(case)), "escalate_to": escalate_to(case),
        "callers": max(1, file.callers), "first_at": file.first_at,
        "deferred": deferral is not None and is_ordinary(case, rules),
    }  # fmt: skip
    if not file.own:
        mirrored = {"returned_by": mirror.returned_by, "next": mirror.next, "next_at": mirror.next_at}
        return plain | mirrored
    ahead = (
        steps(case, rules.numbers, office_time(case, rules, deferral))
        if rules else steps(case, NUMBERS, BY_CLOCK)
    )  # fmt: skip
    ruling = file.ruling if file.ruling is not None and file.ruling.ruled_at is None else None
    safe = file.make_safe
    return plain | {
        "returned_by": file.bounced,
        "next": ahead[0].code if ahead else "",
        "next_at": ahead[0].at if ahead else None,
        "reminders": file.reminders,
        "make_safe": MakeSafeSeen(safe.holder, safe.ordered_at, safe.due_at, safe.done_at) if safe else None,
        "ruling_due_at": ruling.due_at if ruling else None,
        "ruling_sent": ruling is not None and ruling.sent_at is not None,
        "supervised": file.supervised,
        "sign_by": file.sign_by if file.state == "dispatched" else None,
        "accept_by": _accept_by(case, rules.numbers if rules else NUMBERS),
        "targets": file.targets,
    }  # fmt: skip


def _accept_by(case: Case, numbers: CaseNumbers) -> float | None:
    """Return until when a report must be filed, None when it is filed; a passed limit does not change it."""
    file = case.file
    if file.state == "verifying":
        return file.verify_by
    if file.state != "reported" or file.imported:
        return None
    return (file.since or case.recorded_at) + numbers.accept_s
