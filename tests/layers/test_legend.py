from layers.contract import MapSetting
from layers.fields.heat import Heat
from layers.legend import legend
from layers.marks.sensors import Sensors
from layers.marks.units import Units
from layers.palette import DENSITY
from tests.seen_factory import NOW, readings, seen, units

SETTING = MapSetting((13_500_000.0, 3_600_000.0, 13_580_000.0, 3_700_000.0))


def words(**given: object) -> list[str]:
    state = seen(**given)
    frames = {kind.key: kind(SETTING).frame(state, NOW) for kind in (Heat, Sensors, Units)}
    return [mark.word for mark in legend(frames).marks]


def test_critical_and_urgent_are_always_explained() -> None:
    assert words() == ["urgency.critical", "urgency.urgent"]


def test_a_mark_is_explained_when_it_is_on_the_map() -> None:
    found = words(readings=readings({"value": 30.0}), units=units({"lost": True}))
    assert found[2:] == ["legend.closed", "legend.units", "legend.lost"]


def test_the_density_says_its_colours_numbers_and_window() -> None:
    made = legend({"heat": Heat(SETTING).frame(seen(), NOW)}, schematic=True, attribution="示意图")
    assert made.steps == tuple(DENSITY.css())
    assert made.window_s == 3600.0
    assert all(DENSITY.colour(number) == made.steps[step] for step, number in made.numbers)


def test_without_density_there_are_no_colours_to_explain() -> None:
    assert legend({}).steps == ()
