"""A whole drill: starts its city, plays the script, tells each line and the indicators, writes the report."""

import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from console.after_action.episode import NoActivation
from console.after_action.history import History
from console.after_action.report import report_html, told_indicators, write_report
from console.deployment.district import DistrictError, read_district
from console.deployment.settings import SettingsError
from console.drill.city import DrillCity, DrillError
from console.drill.player import Outcome, Player
from console.drill.script import Line, Script
from console.drill.starting import Starter, running_city

__all__ = ["DrillFailed", "play_drill"]


class DrillFailed(Exception):
    """The drill could not be played to its end; the text says why."""


async def play_drill(
    data: Path, script: Script, *, rate: float, with_people: bool, port: int, gateway_port: int,
    report: Sequence[Path], lang: str, say: Callable[[str], None], people: frozenset[str] = frozenset(),
    before: Callable[[Line], Awaitable[None]] | None = None, start: Starter | None = None,
) -> bool:  # fmt: skip
    """Play a script in a new city; return whether every line was good. Raises DrillFailed."""
    zone = ZoneInfo(read_district(data).timezone)
    begun = time.monotonic()

    def heard(outcome: Outcome) -> None:
        say(told(outcome, lang, zone))

    def waits(line: Line, account: str) -> None:
        say(f"{line.at:>9}  waits for {account}: {line.text.get(lang) or line.order}")

    try:
        async with running_city(
            data,
            script,
            port=port,
            gateway_port=gateway_port,
            rate=rate,
            with_people=with_people,
            people=people,
            start=start,
        ) as city:
            if with_people:
                say("\n".join(_addresses(city, script)))
            player = Player(script, city, heard=heard, before=before, people=people, waits=waits)
            outcomes = await player.play()
            history, district = History(city.state, city.facts), read_district(data)
            for id_, name, value in told_indicators(history, city.settings, district, "latest", lang=lang):
                say(f"  {id_:<5} {name}: {value}")
            if report:
                html = report_html(history, city.settings, district, "latest", lang=lang)
                for path in report:
                    write_report(html, path)
                    say(f"written: {path}")
    except (DrillError, DistrictError, SettingsError, NoActivation) as error:
        raise DrillFailed(str(error)) from error
    failed = [one for one in outcomes if one.fault]
    checks = [one for one in outcomes if one.line.check]
    good = sum(not one.fault for one in checks)
    say(f"{good} of {len(checks)} checkpoints, {len(outcomes)} lines, {time.monotonic() - begun:.0f} s")
    for one in failed:
        say(f"  line {one.line.number}: {told(one, lang, zone)}")
    return not failed


def told(outcome: Outcome, lang: str, zone: ZoneInfo) -> str:
    """Return an outcome in one line: relative and city time, what it is, and how it ended."""
    line = outcome.line
    clock = datetime.fromtimestamp(outcome.city, zone).strftime("%m-%d %H:%M:%S")
    what = line.text.get(lang) or " ".join(
        part for part in (line.order or line.check or line.kind, line.by) if part
    )
    mark = "✓" if line.check else "·"
    if outcome.fault:
        return f"{line.at:>9}  {clock}  ✗ {what}: {outcome.fault}"
    return f"{line.at:>9}  {clock}  {mark} {what}{' (done by people)' if outcome.by_people else ''}"


def _addresses(city: DrillCity, script: Script) -> list[str]:
    console = f"http://{city.settings.host}:{city.settings.port}"
    names = {person.key: person.name for person in script.person}
    return [
        "演练 · the drill city is open",
        *(f"  {console}/{page}" for page in ("wall", "desk", "leader", "duty")),
        *(
            f"  {name:<10} {password}  {names.get(name, name)}"
            for name, password in city.access.passwords.items()
        ),
    ]
