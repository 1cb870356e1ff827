"""Entries of the duty log: rows that are never changed; a correction is a new row."""

from city.commands.arguments import bad_arg
from city.commands.command import Decision
from city.commands.duty_arguments import WriteEntry
from city.commands.subject_order import SubjectAnswer, SubjectOrder

__all__ = ["decide_write_entry"]


def decide_write_entry(order: SubjectOrder, args: WriteEntry) -> SubjectAnswer:
    """Write an entry, or a correction of an earlier one."""
    if args.corrects and all(entry.position != args.corrects for entry in order.state.entries):
        return bad_arg("corrects", "position of an entry of the duty log")
    data = {"kind": args.kind, "text": args.text, "refs": list(args.refs), "corrects": args.corrects}
    return Decision((order.note("DutyEntryWritten", data),), ())
