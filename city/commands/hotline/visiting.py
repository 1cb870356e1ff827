"""Leaders' visits on site (K22): recorded with a position, which must lie in the street."""

from city.commands.arguments import bad_arg
from city.commands.command import Decision, Refusal
from city.commands.hotline.arguments import RecordVisit
from city.commands.subject_order import SubjectAnswer, SubjectOrder

__all__ = ["decide_record_visit"]


def decide_record_visit(order: SubjectOrder, args: RecordVisit) -> SubjectAnswer:
    """Record that the leader is on site now."""
    street = order.subject.id
    if street not in order.rules.streets:
        return Refusal("unknown_subject", "unknown_street")
    if order.rules.street_of(args.lon, args.lat) != street:
        return bad_arg("lon", "a point in the street")
    data = {"lon": args.lon, "lat": args.lat, "accuracy_m": args.accuracy_m, "text": args.text or ""}
    visited = order.note("LeaderVisited", data)
    return Decision((visited,), ())
