"""Workstations are what the accounts of their village officers say, asked for at most every five seconds."""

from pathlib import Path

from console.accounts.stations import Stations
from feeds.people.accounts import Accounts
from tests.quick import QUICK


def test_a_workstation_is_its_officers_seat_or_account_while_the_account_is_open(tmp_path: Path) -> None:
    accounts, now, asked = Accounts(tmp_path, QUICK), [0.0], []

    def all_accounts() -> list[object]:
        asked.append(1)
        return accounts.list()

    stations = Stations(all_accounts, clock=lambda: now[0])  # type: ignore[arg-type]
    accounts.create("tian", "田××", roles=["village_operator"], now=1.0, street="310115013", seat="cun-7")
    accounts.create("liu", "柳××", roles=["street_operator"], now=1.0, street="310115013")
    accounts.create("cun-8", "秦××", roles=["village_operator"], now=1.0, street="310115008")
    assert (sorted(stations), stations.street_of("cun-7"), stations.street_of("cun-8")) == (
        ["cun-7", "cun-8"], "310115013", "310115008",
    )  # fmt: skip
    assert ("liu" in stations, "tian" in stations, stations.street_of("liu")) == (False, False, "")
    accounts.create("ding", "丁××", roles=["inspector"], now=1.0, streets=("310115013",))
    accounts.create("sun", "孙××", roles=["inspector"], now=1.0)
    now[0] = 5.0
    assert (stations.officers_of("cun-7"), stations.officers_of("cun-9")) == ({"tian"}, frozenset())
    assert stations.inspectors_of("310115013") == {"ding", "sun"}
    assert stations.inspectors_of("310115008") == {"sun"}
    asked.clear()
    accounts.disable("cun-8", now=2.0)
    assert ("cun-8" in stations, len(asked)) == (True, 0)
    now[0] = 10.0
    assert ("cun-8" in stations, len(asked)) == (False, 1)
    accounts.close()
