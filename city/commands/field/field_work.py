"""Work in the field: cases that are on the wrong list, and a workstation's numbers in an emergency."""

import re
from typing import Final

from city.commands.argument_types import Args
from city.commands.arguments import bad_arg
from city.commands.cases.photo_proof import kept
from city.commands.command import Refusal
from city.commands.decision import Answer, Order, not_now
from city.commands.field.arguments import AddPhotos, RecordNumbers
from city.commands.subject_order import SubjectAnswer, SubjectOrder
from city.state.duty_records import StationNumbers

__all__ = ["decide_add_photos", "decide_not_my_list", "decide_record_numbers"]

LISTED: Final = ("reported", "verifying", "handled")
"""States in which a case is on the list of an inspector or of a workstation."""
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,60}")


def decide_not_my_list(order: Order, _args: Args) -> Answer:
    """Take it from the sender's list with one tap; it stays on the others' and costs the sender nothing."""
    if order.case.state not in LISTED:
        return not_now(f"state_{order.case.state}")
    if order.by.account in order.file.not_lists:
        return not_now("taken_off_before")
    return (order.fact("ListRejected", {"workstation": order.by.workstation}),)


def decide_add_photos(order: Order, args: AddPhotos) -> Answer:
    """Add the photos of a report that was made by its position alone while that was relaxed (§4.6)."""
    if order.file.photo_by is None:
        return not_now("no_photo_due")
    data = {
        "photos": list(args.photos), "late_s": max(0.0, order.now.city - order.file.photo_by),
        **kept(order, args.photo_facts),
    }  # fmt: skip
    return (order.fact("PhotosAdded", data),)


def decide_record_numbers(order: SubjectOrder, args: RecordNumbers) -> SubjectAnswer:
    """Record the numbers of the sender's own workstation; what is not said stays as it was."""
    code = order.subject.id
    if not _CODE.fullmatch(code) or order.by.workstation != code:
        return Refusal("not_allowed", "other_post", {"at_post": f"workstation:{code[:60]}"})
    if args.should is None and args.moved is None and args.shelter is None:
        return Refusal("bad_args", "missing_arg", {"field": "should", "expected": "a number, or the shelter"})
    known = order.subject.record if isinstance(order.subject.record, StationNumbers) else StationNumbers()
    should = known.should if args.should is None else args.should
    moved = known.moved if args.moved is None else args.moved
    if moved is not None and (should is None or moved > should):
        return bad_arg("moved", f"at most {0 if should is None else should}, the groups that should move")
    data = {
        "should": args.should, "moved": args.moved, "shelter": args.shelter, "street": order.by.street,
    }  # fmt: skip
    return (order.fact("NumbersRecorded", data),)
