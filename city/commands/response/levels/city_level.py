"""The city's level for a hazard: recorded as it arrives; the district is lifted to it at once."""

from typing import Any

from city.clocks.timestamps import iso, parse
from city.commands.arguments import bad_arg
from city.commands.command import Decision, Refusal
from city.commands.decision import not_now
from city.commands.response.levels.activating import activated
from city.commands.response.levels.arguments import RecordCityLevel
from city.commands.response.levels.guards import level_name, the_response
from city.commands.subject_order import SubjectAnswer, SubjectOrder
from city.commands.subjects import find_subject
from city.response.level_data import basis_data
from city.response.response_ids import response_id
from city.state.response_records import CITY, Basis, Response

__all__ = ["decide_record_city_level"]


def decide_record_city_level(order: SubjectOrder, args: RecordCityLevel) -> SubjectAnswer:
    """Record the city's level. A district below it is lifted in the same act, "by city order".

    That is no decision of the district: it needs no approval of its own. A higher district level stays.
    """
    parts = response_id(order.subject.id)
    if parts is None or parts.jurisdiction != CITY:
        return Refusal("unknown_subject", "unknown_response")
    city = the_response(order)
    if city.rank == args.rank:
        return not_now("level_is_so", **level_name(args.rank))
    since = order.now.city
    if args.since is not None:
        try:
            since = parse(args.since)
        except (ValueError, OverflowError):
            return bad_arg("since", "ISO 8601 with an offset")
        if since > order.now.city:
            return bad_arg("since", "a time that is not in the future")
    basis = Basis((), (), args.rank, args.text)
    data: dict[str, Any] = {
        "rank": args.rank, "rank_before": city.rank, "since": iso(since), "basis": basis_data(basis),
        "activation": f"{order.subject.id.replace('/', '-')}-{order.subject.version + 1}",
        "is_exercise": parts.is_exercise,
    }  # fmt: skip
    facts, expects = [order.fact("CityLevelRecorded", data)], [(order.subject.counted, order.subject.version)]
    district = parts.of(order.rules.district)
    subject = find_subject(order.state, f"response:{district.id}")
    if subject is None:
        return Refusal("unknown_subject", "unknown_response")
    known = subject.record
    response = known if isinstance(known, Response) else Response(
        district.id, district.jurisdiction, district.hazard
    )  # fmt: skip
    if response.rank < args.rank:
        lifted = activated(
            order, subject, district, response, rank=args.rank, how="city_order", proposed=order.signed,
            basis=basis,
        )  # fmt: skip
        if isinstance(lifted, Refusal):
            return lifted
        facts += lifted[0]
        expects += [(subject.counted, subject.version), *lifted[1]]
    return Decision(tuple(facts), tuple(expects))
