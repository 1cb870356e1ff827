from pathlib import Path

import pytest

from city.clocks.working_time import Calendar
from console.deployment.calendars import national_calendar, read_calendars
from console.deployment.district import DistrictError

HEAD = "holder,date,kind,from,to,note\n"


def calendars(folder: Path, rows: str = "") -> tuple[Calendar, dict[str, Calendar]]:
    (folder / "calendars.csv").write_text(HEAD + rows, encoding="utf-8")
    return read_calendars(folder)


def test_the_national_calendar_holds_holidays_and_make_up_days() -> None:
    national = national_calendar()
    assert {f"2025-10-0{day}" for day in (1, 2, 3, 6, 7, 8)} <= national.holidays
    assert {"2025-09-28", "2025-10-11"} <= national.make_up_days
    assert {2025, 2026} <= national.known_years
    assert 2040 not in national.known_years


def test_an_agency_of_all_hours_goes_by_the_clock(tmp_path: Path) -> None:
    district, own = calendars(tmp_path)
    assert not district.all_hours
    assert own["xf"].all_hours


def test_an_agencys_own_days_go_over_the_districts(tmp_path: Path) -> None:
    district, own = calendars(
        tmp_path,
        "*,2026-11-23,rest,,,停电\n"
        "dl,2026-11-23,work,08:00,11:00,\n"
        "dl,2026-11-23,work,12:00,15:00,\n"
        "dl,2026-11-24,rest,,,盘点\n"
        "310115004,,work,08:30,17:00,\n",
    )
    assert "2026-11-23" in district.holidays
    assert "2026-11-23" in own["dl"].make_up_days
    assert "2026-11-23" not in own["dl"].holidays
    assert own["dl"].hours == {"2026-11-23": ((28_800, 39_600), (43_200, 54_000))}
    assert own["dl"].periods == district.periods
    assert "2026-11-24" in own["dl"].holidays
    assert own["310115004"].periods == ((30_600, 61_200),)
    assert "2026-11-23" in own["310115004"].holidays


@pytest.mark.parametrize(
    ("row", "error"),
    [
        ("dl,tomorrow,rest,,,", "row 2, date: expected an ISO date"),
        ("dl,2026-11-23,holiday,,,", "row 2, kind: expected work or rest, got 'holiday'"),
        ("dl,,rest,,,", "row 2, kind: expected work, or rest with a date"),
        ("dl,,work,,,", "row 2, from: expected HH:MM, got ''"),
        ("dl,,work,9:61,12:00,", "row 2, from: expected HH:MM, got '9:61'"),
        ("dl,,work,12:00,09:00,", "row 2, to: expected later than 12:00"),
        (
            "dl,,work,09:00,12:00,\ndl,,work,11:00,13:00,",
            "row 2, from: the periods of every working day overlap",
        ),
    ],
)
def test_an_error_names_row_and_column(tmp_path: Path, row: str, error: str) -> None:
    with pytest.raises(DistrictError, match=error):
        calendars(tmp_path, row + "\n")


def test_missing_columns_are_named(tmp_path: Path) -> None:
    (tmp_path / "calendars.csv").write_text("holder,day\ndl,2026-01-01\n", encoding="utf-8")
    with pytest.raises(DistrictError, match="missing date, kind"):
        read_calendars(tmp_path)
