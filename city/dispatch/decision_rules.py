"""Decision rules: the tables, calendars and numbers that decisions use beside the state."""

from collections.abc import Callable, Mapping

import msgspec
import numpy as np
from numpy.typing import NDArray

from city.clocks.working_time import Calendar
from city.dispatch.routing.route import Route, Situation
from city.dispatch.tables.agencies import Agency
from city.dispatch.tables.categories import Category
from city.dispatch.tables.rain_lines import RainLine
from city.dispatch.tables.response_rules import ResponseRules
from city.dispatch.tables.standards import Standard
from city.dispatch.tables.street_places import StreetPlace
from city.dispatch.tables.task_templates import LinkageRules
from city.dispatch.tables.unit_tasks import UnitTasks
from city.dispatch.tables.water_lines import WaterLines
from city.places.unit_grids import UnitGrids, village_of_code
from city.sensing.rules import SensingRules
from city.video.detection_classes import DetectionClasses, VideoNumbers

__all__ = ["CaseNumbers", "DecisionRules"]


class CaseNumbers(msgspec.Struct, frozen=True):
    """Numbers of domain §3.4 and §4.2 (seconds and counts); the defaults may be changed by the centre."""

    accept_s: float = 900.0
    verify_s: float = 1800.0
    dispatch_s: float = 900.0
    sign_urgent_s: float = 1800.0
    sign_office_hours: int = 2
    return_urgent_s: float = 900.0
    return_office_hours: int = 2
    check_urgent_s: float = 1800.0
    check_office_hours: int = 4
    allowance_urgent_s: float = 1800.0
    allowance_office_hours: int = 4
    make_safe_s: float = 3600.0
    ruling_s: float = 7200.0
    ruling_hazard_s: float = 1800.0
    unowned_office_hours: int = 4
    unowned_hazard_s: float = 1800.0
    bounces: int = 2
    acknowledge_s: float = 600.0
    level_office_hours: int = 2
    level_hazard_s: float = 900.0
    extension_office_hours: int = 2
    extensions: int = 2
    suspension_days: int = 365
    undo_s: float = 20.0
    reopen_days: int = 7
    near_m: float = 50.0
    workload_cap: int = 30
    """Cases a day that one inspector or workstation is to work on; more is counted (K23), not refused."""
    unit_kmh: float = 25.0
    """Assumed speed of a unit in the city; ``unit_detour`` is road length over straight-line distance. Both
    are used only for the minutes shown with a unit."""
    unit_detour: float = 1.4
    remote_checks: tuple[str, ...] = ()
    """Modes (video, caller_confirmed) that may replace a check in the field; never for a hazard."""
    appeal_office_days: int = 3
    contact_office_days: int = 1
    """Until the first contact with a caller of the hotline; the others are limits of kinds of orders."""
    advice_office_days: int = 1
    review_office_days: int = 3
    ordinary_office_days: int = 5
    complex_office_days: int = 15
    call_back_office_days: int = 3
    """Until a caller is called back after the case is closed."""
    relaxed_hours: int = 72
    """For how long a relaxation may be switched on at once."""


class DecisionRules(msgspec.Struct, frozen=True):
    """All decision rules. ``route`` takes a situation and the rulings in the ledger."""

    district: str
    zone_offset_s: int
    categories: Mapping[str, Category]
    standards: Mapping[str, tuple[Standard, ...]]
    agencies: Mapping[str, Agency]
    streets: Mapping[str, str]
    """Street code → short name."""
    calendar: Calendar
    calendars: Mapping[str, Calendar]
    """Holder → its own calendar; other holders use ``calendar``."""
    route: Callable[..., Route]
    """``route(situation: Situation, rulings: Mapping[str, Registered]) -> Route``."""
    boundary_m: Callable[[float, float, str], float]
    """Distance (metres, ≥ 0) of a WGS84 point to the boundary of a street; 0 … inf."""
    street_of: Callable[[float, float], str]
    rings_of: Callable[[str], tuple[NDArray[np.float64], ...]] = lambda _code: ()
    """Rings of a street's boundary, rows lon, lat (WGS84 degrees); no decision uses it."""
    numbers: CaseNumbers = CaseNumbers()
    linkage: LinkageRules = LinkageRules()
    response: ResponseRules = ResponseRules()
    unit_tasks: UnitTasks = UnitTasks()
    """Which kinds of unit can do the work of a class of cases."""
    street_places: Mapping[str, tuple[StreetPlace, ...]] = {}
    """Street → what its sub-centre watches, by kind and name; no decision uses it."""
    water_lines: WaterLines = WaterLines()
    """Warning lines of the water-level stations, valid today."""
    rain_lines: tuple[RainLine, ...] = ()
    """Sums of rain that meet an office's numbers, valid today."""
    detections: DetectionClasses = DetectionClasses()
    video: VideoNumbers = VideoNumbers()
    tables: Mapping[str, str] = {}
    """Table of cases → SHA-256 of the loaded file, copied into the facts that used it."""
    grid_of: Callable[[float, float], str] = UnitGrids().code_of
    """Code of the unit grid of a WGS84 point, '' = none or unknown."""
    villages: frozenset[str] = frozenset()
    """Codes of the villages that have unit grids; empty = nobody told where one ends."""
    sensing: SensingRules = SensingRules()
    """Metrics, thresholds and baselines of sensors."""
    roads: frozenset[str] = frozenset()
    """Names of the district's roads from its tables and map."""
    labels: frozenset[str] = frozenset()
    """Class names of other systems in the shipped mappings: a wall may show them."""

    def calendar_of(self, holder: str) -> Calendar:
        """Return the calendar that a holder works by."""
        return self.calendars.get(holder, self.calendar)

    def village_of(self, lon: float, lat: float) -> str:
        """Return the code of the village of a WGS84 point, '' = unknown."""
        return village_of_code(self.grid_of(lon, lat))

    def standards_of(self, kind: str, code: str) -> tuple[Standard, ...]:
        """Return the filing conditions of a class, the default first; () for an unknown class."""
        return self.standards.get(f"{kind}:{code}", ())

    def routed(self, situation: Situation, rulings: Mapping[str, object]) -> Route:
        """Return the route of a case."""
        return self.route(situation, rulings)
