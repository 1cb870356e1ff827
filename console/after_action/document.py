"""The after-action report as one HTML file without scripts: it asks nothing of any network."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from city.state.ledger_state import LedgerState
from city.state.response_records import Activation
from city.state.warning_records import Storm
from console.after_action.episode import Episode
from console.after_action.indicators import Row, span
from console.after_action.lateness import engine_lateness, late_things
from console.after_action.matrix import agency_rows, report_cells, report_share
from console.after_action.page_style import style
from console.after_action.storm_map import Outline, Spot, district_map, track_map
from console.after_action.timeline import Words, timeline

__all__ = ["draw"]

MOST_LATE = 200
"""Late things that are listed; further ones are counted."""


def draw(
    state: LedgerState, episode: Episode, words: Words, *, title: str, lang: str,
    outlines: Sequence[Outline], indicators: Sequence[Row], made_at: float, streets: Sequence[str],
) -> str:  # fmt: skip
    """Return the report's HTML."""
    say = words.say
    mark = say("after_action.exercise") if episode.is_exercise else ""
    ends = words.moment(episode.ends) if episode.ends < float("inf") else say("after_action.goes_on")
    lasted = say("after_action.span", begins=words.moment(episode.begins), ends=ends)
    parts = [
        f"<h1>{escape(title)}<br>{escape(say('after_action.title'))}</h1>",
        f"<p class=sub>{escape(_of(episode, words))}<br>{escape(lasted)}</p>",
        _section(say("after_action.levels"), _levels(episode, words)),
        _section(say("after_action.indicators"), _indicators(indicators, words)),
        _section(say("after_action.map"), _maps(state, episode, words, outlines)),
        _section(say("after_action.timeline"), _timeline(state, episode, words)),
        _section(say("after_action.matrix"), _matrix(episode, words)),
        _section(say("after_action.reports"), _reports(episode, words, streets)),
        _section(say("after_action.late"), _late(episode, words)),
        _section(say("after_action.recovery"), _recovery(episode, words)),
        "<footer>" + escape(say(
            "after_action.made", at=words.moment(made_at), position=state.position, hash=state.hash
        )) + "</footer>",
    ]  # fmt: skip
    banner = f"<div class=exercise>{escape(mark)}</div>" if mark else ""
    return (
        f'<!doctype html><html lang="{"zh-CN" if lang == "zh" else "en"}"><head><meta charset="utf-8">'
        f"<title>{escape(title)} · {escape(say('after_action.title'))}</title>"
        f"<style>{style(mark)}</style></head><body>{banner}{''.join(parts)}</body></html>"
    )


def _of(episode: Episode, words: Words) -> str:
    """Return which response it is: whose, against what, and the ids of its first and its last level."""
    jurisdiction, hazard = episode.response.id.split("/")[:2]
    ids = dict.fromkeys((episode.activations[0].id, episode.activations[-1].id))
    street = words.told.get(f"street.{jurisdiction}", "")
    return " · ".join(filter(None, (street, words.code("band.hazard", hazard), " – ".join(ids))))


def _section(head: str, body: str) -> str:
    return f"<section><h2>{escape(head)}</h2>{body}</section>"


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]], kind: str = "") -> str:
    """Return a table; cells are text."""
    top = "".join(f"<th>{escape(head)}</th>" for head in heads)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f'<table class="{kind}"><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>'


def _levels(episode: Episode, words: Words) -> str:
    say = words.say
    heads = [say(f"after_action.head.{name}") for name in ("at", "level", "how", "proposed", "who", "ended")]
    return _table(heads, (_level(one, words) for one in episode.activations), "levels") + "".join(
        f"<p>{escape(_city_level(one, words))}</p>"
        for one in episode.city
        if one.activated_at <= episode.ends
    )


def _city_level(one: Activation, words: Words) -> str:
    at, level = words.moment(one.activated_at), words.level(one.rank)
    return words.say("after_action.city_level", at=at, level=level)


def _level(one: Activation, words: Words) -> list[str]:
    say = words.say
    how = words.code("after_action.decided", one.decided)
    if one.verbal is not None:
        verbal = one.verbal
        at = words.moment(verbal.confirmed.at) if verbal.confirmed else say("after_action.not_written")
        how = say(
            "after_action.verbal", person=verbal.person, at=words.moment(verbal.given_at),
            by=verbal.recorded.name, written=at,
        )  # fmt: skip
    approved = [
        f"{each.signed.name or each.signed.by} {words.moment(each.signed.at)}" for each in one.approvals
    ]
    ended = words.moment(one.ended_at) if one.ended_at is not None else "–"
    if one.ended is not None and one.ended.name:
        ended += f" {one.ended.name}"
    who = say("after_action.and").join(approved) or say("after_action.nobody")
    by = one.proposed.name or say("after_action.by_rule")
    return [words.moment(one.activated_at), words.level(one.rank), how, by, who, ended]


def _indicators(indicators: Sequence[Row], words: Words) -> str:
    heads = (words.say(f"after_action.head.{name}") for name in ("code", "what", "value"))
    return _table(heads, indicators, "figures")


def _maps(state: LedgerState, episode: Episode, words: Words, outlines: Sequence[Outline]) -> str:
    storm = _storm(state, episode)
    shares = _shares(state)
    shaded = [_shaded(one, shares) for one in outlines]
    found = [
        district_map(shaded, list(_spots(state, episode, words)), words.say("after_action.map_district"))
    ]
    if storm is not None:
        found.insert(0, track_map(storm, outlines, words.moment))
    legend = "".join(
        f"<li class={kind}>{escape(words.say(f'after_action.spot.{kind}'))}</li>"
        for kind in ("closed", "early", "task")
    )
    return "".join(found) + f"<ul class=legend>{legend}</ul>"


def _storm(state: LedgerState, episode: Episode) -> Storm | None:
    """Return the storm of the response: the one that had a fix while it lasted."""
    return next(
        (
            storm for storm in state.storms.values()
            if any(episode.begins - 86_400 <= point.at <= episode.ends for point in storm.points)
        ), None,
    )  # fmt: skip


def _shares(state: LedgerState) -> dict[str, float]:
    shares = {}
    for holder, one in state.situations.items():
        sums = {"should": 0.0, "moved": 0.0}
        for key, figure in one.figures.items():
            kind, _, rest = key.partition(".")
            if kind == "relocation" and rest.rpartition(".")[2] in sums:
                sums[rest.rpartition(".")[2]] += figure.value
        if sums["should"]:
            shares[holder] = sums["moved"] / sums["should"]
    return shares


def _shaded(one: Outline, shares: Mapping[str, float]) -> Outline:
    return Outline(one.code, one.name, one.rings, shares.get(one.code))


def _spots(state: LedgerState, episode: Episode, words: Words) -> Iterable[Spot]:
    for _, fact in episode.facts:
        device = state.devices.get(fact.subject.removeprefix("device:"))
        if fact.type == "UnderpassClosed" and device is not None:
            # An underpass that was closed before the limit has no minutes from it.
            kind = "early" if fact.data.get("minutes") is None else "closed"
            yield Spot(kind, device.place.lon, device.place.lat, device.name)
    for task in episode.tasks:
        incident = state.incidents.get(task.incident)
        of_closure = incident is not None and incident.kind == "underpass_flood"
        if task.priority == "P1" and task.place.lon == task.place.lon and not of_closure:
            yield Spot("task", task.place.lon, task.place.lat, task.no)


def _timeline(state: LedgerState, episode: Episode, words: Words) -> str:
    heads = [words.say(f"after_action.head.{name}") for name in ("at", "what", "by")]
    rows = ([words.moment(one.at), one.text, one.by] for one in timeline(state, episode, words))
    return _table(heads, rows, "timeline")


def _matrix(episode: Episode, words: Words) -> str:
    names = ("agency", "issued", "ack", "done", "verified", "declined", "fell_back", "open")
    rows = [
        [
            words.code("agency", row.agency), str(row.issued), f"{row.acknowledged_in_time}/{row.ack_due}",
            f"{row.done_in_time}/{row.due}", str(row.verified), str(row.declined), str(row.fell_back),
            str(row.open),
        ]
        for row in agency_rows(episode)
    ]  # fmt: skip
    return _table((words.say(f"after_action.head.{name}") for name in names), rows, "numbers")


def _reports(episode: Episode, words: Words, streets: Sequence[str]) -> str:
    say = words.say
    if not episode.rounds:
        return f"<p>{escape(say('after_action.none'))}</p>"
    cells = [report_cells(one, episode.now) for one in episode.rounds]
    lines = []
    for one in episode.rounds:
        good, due = report_share(one, episode.now)
        late = [h for h, cell in report_cells(one, episode.now).items() if cell.state in ("late", "missing")]
        who = say("after_action.and").join(words.code("agency", holder) for holder in late[:12]) or "–"
        more = f" +{len(late) - 12}" if len(late) > 12 else ""
        lines.append([words.moment(one.due_at), words.level(one.rank), f"{good}/{due}", who + more])
    heads = [say(f"after_action.head.{name}") for name in ("due_at", "level", "in_time", "late_holders")]
    marks = {"in_time": "●", "late": "◐", "missing": "○", "waiting": "·"}
    strips = (
        [
            words.code("agency", street),
            " ".join(marks[by[street].state] if street in by else " " for by in cells),
        ]
        for street in streets
    )
    return (
        _table(heads, lines)
        + f"<p>{escape(say('after_action.marks'))}</p>"
        + _table(
            (say("after_action.head.agency"), say("after_action.rounds", n=len(cells))), strips, "strips"
        )
    )


def _late(episode: Episode, words: Words) -> str:
    say, late = words.say, late_things(episode)
    number, worst = engine_lateness(episode)
    own = f"<p>{escape(say('after_action.engine_late', n=number, worst=span(worst)))}</p>"
    if not late:
        return f"<p>{escape(say('after_action.none_late'))}</p>{own}"
    rows = (
        [
            say(f"after_action.late.{one.what}"), words.code("agency", one.holder), one.ref,
            words.moment(one.at), span(one.late_s) + (say("after_action.still_open") if one.open else ""),
        ]
        for one in late[:MOST_LATE]
    )  # fmt: skip
    heads = [say(f"after_action.head.{name}") for name in ("what", "agency", "ref", "limit", "late_by")]
    more = f"<p>+{len(late) - MOST_LATE}</p>" if len(late) > MOST_LATE else ""
    return _table(heads, rows) + more + own


def _recovery(episode: Episode, words: Words) -> str:
    items = episode.response.recovery
    if not items:
        return f"<p>{escape(words.say('after_action.none'))}</p>"
    rows = (
        [
            words.say(f"after_action.recovery.{item.kind}"), words.code("agency", item.holder),
            words.moment(item.done.at) if item.done else words.say("after_action.open"),
        ]
        for item in items
    )  # fmt: skip
    heads = [words.say(f"after_action.head.{name}") for name in ("what", "agency", "done_at")]
    return f"<p>{escape(words.say('after_action.items', n=len(items)))}</p>" + _table(heads, rows)
