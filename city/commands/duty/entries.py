"""Entries of the duty log, calls, and the daily report: rows that are never changed."""

from city.commands.arguments import bad_arg
from city.commands.command import Decision
from city.commands.duty.arguments import Called, SaveDailyReport, WriteEntry
from city.commands.subject_order import SubjectAnswer, SubjectOrder

__all__ = ["decide_call", "decide_save_daily_report", "decide_write_entry"]


def decide_write_entry(order: SubjectOrder, args: WriteEntry) -> SubjectAnswer:
    """Write an entry, or a correction of an earlier one."""
    if args.corrects and all(entry.position != args.corrects for entry in order.state.entries):
        return bad_arg("corrects", "position of an entry of the duty log")
    data = {"kind": args.kind, "text": args.text, "refs": list(args.refs), "corrects": args.corrects}
    return Decision((order.note("DutyEntryWritten", data),), ())


def decide_call(order: SubjectOrder, args: Called) -> SubjectAnswer:
    """Write a call that was made into the duty log."""
    data = {"to": args.to, "text": args.text or "", "answered": args.answered}
    return Decision((order.note("CallMade", data),), ())


def decide_save_daily_report(order: SubjectOrder, args: SaveDailyReport) -> SubjectAnswer:
    """Save the report of a day (值班日报) on the version that its author saw; the earlier ones stay in the
    ledger."""
    if order.subject.id != args.day:
        return bad_arg("day", "the day of the subject")
    data = {"day": args.day, "text": args.text, "figures": dict(args.figures)}
    return (order.fact("DailyReportSaved", data),)
