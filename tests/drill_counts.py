"""E01 – E13 of the typhoon drill counted a second time: over the facts alone, or by hand from the script."""

import csv
from collections import defaultdict
from collections.abc import Callable, Sequence

import static
from city.clocks.timestamps import parse
from city.facts.fact import Fact
from console.drill.script import Script

__all__ = ["counted"]

Told = dict[str, str]


def counted(facts: Sequence[Fact], at: Callable[[Fact], float], script: Script) -> Told:
    """Return what the drill must tell of each indicator. ``at``: the city time of a fact."""
    by_type: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        by_type[fact.type].append(fact)
    own = [fact for fact in by_type["ResponseActivated"] if "city" not in fact.subject]
    begins, ends = at(own[0]), at(by_type["ResponseEnded"][-1])
    return {
        **_tasks(by_type, at, begins, ends), **_rounds(by_type, at, begins, ends), **_shelters(),
        # By hand: what the script says at the moments that are named here.
        "E01": "3′00″",  # yellow at T-24:00, Ⅲ at T-23:57; no warning led to the levels after it
        "E04": _share(*[sum(sum(one.values()) for one in script.people.values())] * 2),
        "E06": _share(3, 3),  # 25 cm at T, confirmed at T+0:06; the fourth was closed early
        "E07": "0",  # the water fell at T+7:10
        "E08": "0",  # no tree blocks a road since T+4:50
        "E09": "1200", "E09b": _share(8800, 8800 + 1200),
        "E10": _share(46, 48),
        "E10b": "无数据", "E10c": "无数据",  # no live water level at the end; nobody reported gates
        "E11": _share(4, 7),
        "E13": _share(1, 1),  # two pump trucks, ordered at T+1:14, verified at T+1:55
    }  # fmt: skip


def _tasks(
    by_type: dict[str, list[Fact]], at: Callable[[Fact], float], begins: float, ends: float
) -> Told:  # fmt: skip
    """E02 – E03b: of the tasks issued, due, done and arrived at while the response lasted."""
    first = {
        kind: {fact.subject: at(fact) for fact in reversed(by_type[kind])}
        for kind in ("TaskAcknowledged", "TaskDone", "TaskVerified", "TaskArrived")
    }
    issued, in_time, due, done_in_time, came = 0, 0, 0, 0, []
    for fact in by_type["TaskIssued"]:
        task, limits = fact.subject, {name: fact.data[name] for name in ("ack_by", "due_by")}
        if begins <= at(fact) < ends:
            issued += 1
            answered = first["TaskAcknowledged"].get(task)
            in_time += answered is not None and answered <= parse(limits["ack_by"])
        if limits["due_by"] and begins <= parse(limits["due_by"]) <= ends:
            due += 1
            done_in_time += first["TaskDone"].get(task, ends + 1.0) <= parse(limits["due_by"])
        if fact.data["priority"] == "P1" and first["TaskArrived"].get(task, ends) < ends:
            came.append(first["TaskArrived"][task] - at(fact))
    done = [task for task, when in first["TaskDone"].items() if begins <= when < ends]
    unverified = sum(task not in first["TaskVerified"] for task in done)
    return {
        "E02": _share(in_time, issued), "E02b": _share(done_in_time, due),
        "E02c": _share(unverified, len(done)), "E03": _span(_at_share(came, 0.5)),
        "E03b": _span(_at_share(came, 0.9)),
    }  # fmt: skip


def _rounds(
    by_type: dict[str, list[Fact]], at: Callable[[Fact], float], begins: float, ends: float
) -> Told:  # fmt: skip
    """E05, E05b: reports in time of those asked for, in rounds that were due while the response lasted."""
    changes = by_type["ResponseActivated"] + by_type["ResponseEnded"]
    levels = [one for one in changes if "city" not in one.subject]

    def until(opened: Fact) -> float:
        """A round ends with the next one, or when the level changes, whatever comes first."""
        closed = [one for one in by_type["ReportRoundEnded"] if one.subject == opened.subject]
        after = [one for one in levels if one.position > opened.position]
        return min((at(one) for one in closed + after), default=ends)

    asked = {
        fact.subject: fact.data for fact in by_type["ReportRoundOpened"]
        if begins <= parse(fact.data["opened_at"]) and parse(fact.data["due_at"]) <= min(ends, until(fact))
    }  # fmt: skip
    timely = {
        (fact.subject, fact.data["holder"]) for fact in by_type["ZeroReportSent"] if not fact.data["late_s"]
    }
    told = {name: sum(one == name for one, _ in timely) for name in asked}
    newest = list(asked)[-1]
    every = sum(len(one["holders"]) for one in asked.values())
    return {
        "E05": _share(told[newest], len(asked[newest]["holders"])),
        "E05b": _share(sum(told.values()), every),
    }  # fmt: skip


def _shelters() -> Told:
    """E12, E12b: four streets opened two shelters each, with 120 and 60 people."""
    with static.path("tables/street_places.csv").open(encoding="utf-8", newline="") as file:
        room = {row["id"]: int(row["capacity"]) for row in csv.DictReader(file) if row["kind"] == "shelter"}
    opened = [
        f"{street}-S{number}"
        for street in ("310115145", "310115139", "310115110", "310115103") for number in (1, 2)
    ]  # fmt: skip
    return {
        "E12": _share(8, len(room)), "E12b": _share(4 * (120 + 60), sum(room[one] for one in opened)),
    }  # fmt: skip


def _share(part: int, whole: int) -> str:
    return f"{round(100 * part / whole, 1):g} % ({part}/{whole})"


def _at_share(values: Sequence[float], share: float) -> float:
    """Return a percentile, straight between the two values beside it."""
    ordered, place = sorted(values), share * (len(values) - 1)
    below, rest = int(place), place % 1
    return ordered[below] + rest * (ordered[min(below + 1, len(values) - 1)] - ordered[below])


def _span(seconds: float) -> str:
    hours, rest = divmod(int(seconds), 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes}′{left:02d}″"
