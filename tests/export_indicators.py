"""The indicators of domain §6 once more: by pandas, from the CSV of ``audit export`` and nothing else.

Shares no code with ``city/``: what is the same here and there was written twice on purpose.
"""

import io
import json
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

HOLIDAYS = np.array(["2026-06-19"], dtype="datetime64[D]")
"""Dragon Boat day 2026; the days around it are a weekend."""
SHANGHAI = "Asia/Shanghai"
STATE_BEHIND = {
    "CaseReported": "reported", "VerificationRequested": "verifying", "CaseVerified": "reported",
    "CaseFiled": "filed", "CaseRejected": "rejected", "CaseMerged": "merged", "CaseDispatched": "dispatched",
    "CaseReassigned": "dispatched", "CaseSigned": "handling", "CaseReturned": "returned",
    "CaseHandled": "handled", "CaseClosed": "closed", "CaseVoided": "voided", "CaseResumed": "handling",
    "CaseTransferredUp": "transferred_up",
}  # fmt: skip
OUT = ("rejected", "merged", "voided")


class Row(NamedTuple):
    """What the life of a case needs of one fact."""

    kind: str
    data: dict[str, Any]
    city_at: Any
    fix_by_at: Any
    deadline_at: Any
    holder_due_at: Any
    due_at: Any


Result = dict[str, tuple[float, float] | float | None]


def read(csv: str) -> pd.DataFrame:
    """Return the exported facts; ``data`` parsed, moments as UTC times."""
    facts = pd.read_csv(io.StringIO(csv), dtype=str, keep_default_na=False)
    facts["data"] = facts["data"].map(json.loads)
    for column in ("city_at", "at", "fix_by_at", "deadline_at", "dispatch_by", "holder_due_at", "due_at"):
        facts[column] = pd.to_datetime(facts[column].replace("", None), utc=True, format="ISO8601")
    return facts[facts["subject"].str.startswith("case:")].reset_index(drop=True)


class Recorded:
    """Cases of an export in one frame, one row a case."""

    def __init__(self, csv: str, begin: float, end: float, now: float) -> None:
        self.facts = read(csv)
        self.begin, self.end, self.now = (pd.Timestamp(t, unit="s", tz="UTC") for t in (begin, end, now))
        self.cases = self._cases()

    def of(self, kind: str) -> pd.DataFrame:
        return self.facts[self.facts["type"] == kind]

    def within(self, moments: Any) -> Any:
        return (moments >= self.begin) & (moments < self.end)

    def first(self, *kinds: str) -> Any:
        return self.facts[self.facts["type"].isin(kinds)].groupby("subject")["city_at"].min()

    def last(self, *kinds: str) -> Any:
        return self.facts[self.facts["type"].isin(kinds)].groupby("subject")["city_at"].max()

    def said(self, kind: str, name: str) -> Any:
        """Return what the last fact of a kind said of each case."""
        rows = self.of(kind)
        values = rows["data"].map(lambda data: data.get(name))
        return values.groupby(rows["subject"]).last()

    def ever(self, kind: str, name: str, *values: Any) -> set[str]:
        rows = self.of(kind)
        return set(rows.loc[rows["data"].map(lambda data: data.get(name) in values), "subject"])

    def _cases(self) -> pd.DataFrame:
        reported = self.of("CaseReported").drop_duplicates("subject").set_index("subject")
        record = reported["data"].map(lambda data: data["record"])
        cases = pd.DataFrame({
            "at": reported["at"], "recorded": reported["city_at"], "channel": reported["channel"],
            "own": ~record.map(lambda told: isinstance(told.get("mirror"), dict)),
            "lon": record.map(lambda told: told.get("lon")), "lat": record.map(lambda told: told.get("lat")),
            "caller": record.map(lambda told: told.get("caller_ref", "")),
            "kind": reported["kind"], "code": reported["code"],
            "hazard": record.map(lambda told: bool(told.get("hazard"))),
        })  # fmt: skip
        for name in ("kind", "code", "hazard"):
            cases[name] = self.said("CaseFiled", name).reindex(cases.index).fillna(cases[name])
        cases["filed"] = self.first("CaseFiled")
        cases["owner_state"] = self.said("CaseFiled", "owner_state")
        cases["first_dispatch"] = self.first("CaseDispatched", "CaseReassigned")
        cases["dispatch_by"] = self.of("CaseFiled").groupby("subject")["dispatch_by"].last()
        cases["made_safe"] = self.first("MadeSafe")
        cases["contact"] = self.first("CallerContacted")
        cases["closed"] = self.last("CaseClosed")
        cases["checked"] = self.last("CaseChecked")
        cases["first_return"] = self.first("CaseReturned")
        cases["suspended_s"] = self._suspended()
        cases["suspended_s"] = cases["suspended_s"].fillna(0.0)
        folded = {subject: self._life(rows) for subject, rows in self._rows().items()}
        for name in ("state", "deadline", "due", "dispatched", "handled", "rulings"):
            cases[name] = pd.Series({subject: life[name] for subject, life in folded.items()})
        for name in ("deadline", "due", "dispatched", "handled"):
            cases[name] = pd.to_datetime(cases[name], utc=True)
        return cases

    def _suspended(self) -> Any:
        rows = self.of("CaseResumed")
        seconds = rows["data"].map(lambda data: float(data["suspended_s"]))
        return seconds.groupby(rows["subject"]).sum()

    def _rows(self) -> dict[str, list[Row]]:
        """Return the facts of each case, in order."""
        told = self.facts
        columns = [
            told[name]
            for name in ("type", "data", "city_at", "fix_by_at", "deadline_at", "holder_due_at", "due_at")
        ]
        rows: dict[str, list[Row]] = {}
        for subject, row in zip(told["subject"], map(Row, *columns), strict=True):
            rows.setdefault(subject, []).append(row)
        return rows

    @staticmethod
    def _life(rows: list[Row]) -> dict[str, Any]:
        """Walk one case's facts: its state, its clocks as they stand at the end, its rulings."""
        state, fix, deadline, due = "reported", pd.NaT, pd.NaT, pd.NaT
        dispatched, handled = pd.NaT, pd.NaT
        for row in rows:
            kind, data = row.kind, row.data
            state = STATE_BEHIND.get(kind, state)
            if kind in ("CaseFiled", "CaseResumed") or (kind == "ExtensionDecided" and data["approved"]):
                fix, deadline = row.fix_by_at, row.deadline_at
            if kind in ("CaseDispatched", "CaseReassigned", "CaseResumed", "CaseReturned") or (
                kind == "ExtensionDecided" and data["approved"]
            ):
                due = row.holder_due_at
            if kind in ("CaseDispatched", "CaseReassigned"):
                dispatched = row.city_at
            if kind == "CaseReassigned":
                handled = pd.NaT
            elif kind == "ActUndone" and data["type"] == "CaseReassigned":
                before = data["restored"]
                state = before["state"]
                due, dispatched, handled = (
                    pd.NaT if before[name] is None else pd.Timestamp(before[name], unit="s", tz="UTC")
                    for name in ("holder_due_at", "dispatched_at", "handled_at")
                )
            elif kind == "CaseHandled":
                handled = row.city_at
            elif kind == "CaseChecked" and not data["passed"]:
                state = "handling"
            elif kind == "SuspensionDecided" and data["approved"]:
                state = "suspended"
            elif kind == "RulingOpened":
                state = state if data["held"] else "ruling"
        rulings = _asked(rows)
        if state == "returned" and rulings and rulings[-1]["ruled"] is None:
            state = "ruling"  # one was asked for while somebody had it
        return {
            "state": state, "deadline": deadline, "due": fix if pd.isna(due) else due,
            "dispatched": dispatched, "handled": handled, "rulings": rulings,
        }  # fmt: skip


def _asked(rows: list[Row]) -> list[dict[str, Any]]:
    """Return the rulings that were asked for on a case; one that is asked for again is the same."""
    rulings: list[dict[str, Any]] = []
    for row in rows:
        if row.kind == "RulingOpened":
            if rulings and rulings[-1]["ruled"] is None:
                rulings.pop()
            rulings.append({"due": row.due_at, "ruled": None, "registered": False})
        elif row.kind == "OwnershipRuled":
            rulings[-1] |= {"ruled": row.city_at, "registered": bool(row.data["registered"])}
    return rulings


def indicators(recorded: Recorded) -> Result:
    """Return id → (numerator, denominator), or the figure itself where it is no rate."""
    r = recorded
    cases = r.cases
    own = cases[cases["own"]]
    seen = cases[r.within(cases["at"])]
    seen_own = own[r.within(own["at"])]
    filed = own[r.within(own["filed"])]
    components = filed[filed["kind"] == "component"]
    decided = seen_own["filed"].notna() | seen_own["state"].isin(["rejected", "merged"])
    inspector = seen_own[seen_own["channel"] == "inspector"]
    hazards = seen_own[seen_own["hazard"] & ~seen_own["state"].isin(OUT)]
    safe = (hazards["made_safe"] - hazards["at"]) <= pd.Timedelta(hours=1)
    return {
        "K01": float(len(seen)),
        "K02": (int(seen_own["filed"].notna().sum()), int(decided.sum())),
        "K03": (int(components["owner_state"].isin(["unknown", "disputed"]).sum()), len(components)),
        **_dispatches(r, own), **_ends(r, own), **_rulings(r, own),
        "K14": (int(safe.sum()), len(hazards)),
        **_callers(r, seen_own), **_again(r, cases, own), "K17": _year(r, cases),
        "K24": (int(inspector["filed"].notna().sum()), len(inspector)),
        "K24b": (int((inspector["state"] == "merged").sum()), len(inspector)),
    }  # fmt: skip


def _dispatches(r: Recorded, own: pd.DataFrame) -> Result:
    due = own[r.within(own["dispatch_by"])]
    over = due["state"].isin([*OUT, "closed", "transferred_up"])
    due = due[due["first_dispatch"].notna() | ~over]
    sent = own[r.within(own["first_dispatch"])]
    bounced = sent.index.isin(r.ever("CaseReturned", "counts", True))
    wrong = sent.index.isin(r.ever("CaseReturned", "reason", "wrong_category"))
    looped = sent.index.isin(r.ever("RulingOpened", "reason", "loop"))
    holders = own[r.within(own["due"]) & ~own["state"].isin([*OUT, "suspended", "transferred_up"])]
    done = holders["state"].isin(["handled", "closed"])
    return {
        "K04": (int((due["first_dispatch"] <= due["dispatch_by"]).sum()), len(due)),
        "K05": (int((~(bounced | wrong)).sum()), len(sent)),
        "K06": (int(done.sum()), len(holders)),
        "K06b": (int((done & (holders["handled"] <= holders["due"])).sum()), len(holders)),
        "K11": (int(bounced.sum()), len(sent)),
        "K11b": (int(looped.sum()), len(sent)),
    }


def _ends(r: Recorded, own: pd.DataFrame) -> Result:
    left_out = [*OUT, "suspended", "transferred_up"]
    ending = own[r.within(own["deadline"]) & ~own["state"].isin(left_out)]
    closed = ending["state"] == "closed"
    exempt = ending.index.isin(r.ever("AppealDecided", "upheld", True))
    checked = own[r.within(own["checked"])]
    done = own[r.within(own["closed"]) & (own["state"] == "closed")]
    citizen = (done["closed"] - done["at"]).dt.total_seconds() - done["suspended_s"]
    agency = (done["handled"] - done["dispatched"]).dt.total_seconds() - done["suspended_s"]
    agency = agency.dropna().clip(lower=0)
    return {
        "K07": (int(closed.sum()), len(ending)),
        "K08": (int((closed & ((ending["closed"] <= ending["deadline"]) | exempt)).sum()), len(ending)),
        "K09": (int(checked.index.isin(r.ever("CaseChecked", "passed", False)).sum()), len(checked)),
        "K10": float(citizen.median()), "K10b": float(citizen.quantile(0.9)),
        "K10c": float(agency.median()), "K10d": float(agency.quantile(0.9)),
    }  # fmt: skip


def _rulings(r: Recorded, own: pd.DataFrame) -> Result:
    hanging = own[own["state"] == "ruling"]
    returned = hanging["first_return"].min()
    rulings = pd.DataFrame([ruling for some in own["rulings"] for ruling in some])
    rulings["ruled"] = pd.to_datetime(rulings["ruled"], utc=True)
    due, ruled = rulings[r.within(rulings["due"])], rulings[r.within(rulings["ruled"])]
    return {
        "K12": float(len(hanging)),
        "K12b": None if pd.isna(returned) else float((r.now - returned).total_seconds()),
        "K13": (int((due["ruled"] <= due["due"]).sum()), len(due)),
        "K13b": (int(ruled["registered"].sum()), len(ruled)),
    }


def _callers(r: Recorded, seen: pd.DataFrame) -> Result:
    orders = seen[(seen["channel"] == "hotline_12345") & (seen["state"] != "voided")]
    in_time = sum(
        not pd.isna(contact) and contact <= _office_day_later(recorded)
        for contact, recorded in zip(orders["contact"], orders["recorded"], strict=True)
    )
    satisfaction = r.said("CallerCalledBack", "satisfaction").reindex(orders.index).dropna()
    resolved = r.said("CallerCalledBack", "resolved").reindex(orders.index).dropna()
    answered = satisfaction[satisfaction != "unreachable"]
    return {
        "K15": (in_time, len(orders)),
        "K15b": (int(resolved.reindex(answered.index).eq("solved").sum()), len(satisfaction)),
        "K15c": (int(answered.isin(["very_satisfied", "satisfied"]).sum()), len(answered)),
    }


def _office_day_later(moment: pd.Timestamp) -> pd.Timestamp:
    """Return the same time on the next working day; what is no office time moves to the next first."""
    local = moment.tz_convert(SHANGHAI).tz_localize(None)
    day, clock = local.normalize(), local - local.normalize()
    morning, noon, afternoon, evening = (pd.Timedelta(hours=h) for h in (9, 12, 13, 17.5))
    if not np.is_busday(day.date(), holidays=HOLIDAYS) or clock >= evening:
        day = pd.Timestamp(np.busday_offset(day.date(), 1, roll="backward", holidays=HOLIDAYS))
        clock = morning
    elif clock < morning:
        clock = morning
    elif noon <= clock < afternoon:
        clock = afternoon
    later = pd.Timestamp(np.busday_offset(day.date(), 1, holidays=HOLIDAYS)) + clock
    return later.tz_localize(SHANGHAI)


def _again(r: Recorded, cases: pd.DataFrame, own: pd.DataFrame) -> Result:
    """Compare each order with every earlier one of its class, each closed case with every later report."""
    window = pd.Timedelta(days=30)
    orders = cases[(cases["channel"] == "hotline_12345") & (cases["state"] != "voided")]
    asked = orders[r.within(orders["at"])]
    done = own[r.within(own["closed"]) & (own["state"] == "closed")]
    repeated = recurring = 0
    for kind, some in orders.groupby(["kind", "code"]):
        new = asked[(asked["kind"] == kind[0]) & (asked["code"] == kind[1])]
        near = _near(new, some)
        before = _moments(new["at"])[:, None] - _moments(some["at"])[None, :]
        again = (near & (before > np.timedelta64(0, "ns")) & (before <= window.to_timedelta64())).any(axis=1)
        repeated += int((again | _called(new, orders, window)).sum())
    for kind, some in cases.groupby(["kind", "code"]):
        ended = done[(done["kind"] == kind[0]) & (done["code"] == kind[1])]
        after = _moments(some["at"])[None, :] - _moments(ended["closed"])[:, None]
        new = (after > np.timedelta64(0, "ns")) & (after <= window.to_timedelta64())
        recurring += int((_near(ended, some) & new).any(axis=1).sum())
    return {"K16": (repeated, len(asked)), "K16b": (recurring, len(done))}


def _moments(column: Any) -> Any:
    return column.dt.tz_convert(None).to_numpy()


def _called(new: pd.DataFrame, orders: pd.DataFrame, window: pd.Timedelta) -> Any:
    """Whether the caller of each order had called in the 30 days before."""
    pairs = new.reset_index().merge(orders.reset_index(), on="caller", suffixes=("", "_before"))
    gap = pairs["at"] - pairs["at_before"]
    said = pairs.loc[(pairs["caller"] != "") & (gap > pd.Timedelta(0)) & (gap <= window), "subject"]
    return new.index.isin(set(said))


def _near(some: pd.DataFrame, others: pd.DataFrame) -> Any:
    """Return which pairs of different cases lie within 50 m of each other (haversine)."""
    lat, lon = (np.radians(some[name].astype(float).to_numpy())[:, None] for name in ("lat", "lon"))
    lats, lons = (np.radians(others[name].astype(float).to_numpy())[None, :] for name in ("lat", "lon"))
    half = np.sin((lats - lat) / 2) ** 2 + np.cos(lat) * np.cos(lats) * np.sin((lons - lon) / 2) ** 2
    other = some.index.to_numpy()[:, None] != others.index.to_numpy()[None, :]
    return other & (2 * 6_371_008.8 * np.arcsin(np.sqrt(half)) <= 50)


def _year(r: Recorded, cases: pd.DataFrame) -> tuple[float, float]:
    public = ["hotline_12345", "hotline_12319", "web_app", "media"]
    complaints = cases[cases["channel"].isin(public) & (cases["state"] != "voided")]["at"]
    local = [moment.tz_convert(SHANGHAI) - pd.DateOffset(years=1) for moment in (r.begin, r.end)]
    before = int(((complaints >= local[0]) & (complaints < local[1])).sum())
    now = int(r.within(complaints).sum())
    return now - before, before


def percents(found: Result) -> dict[str, float | None]:
    """Return rates of 20 and more in percent with one decimal, other figures as they are."""
    return {key: _percent(value) for key, value in found.items()}


def _percent(value: tuple[float, float] | float | None) -> float | None:
    if not isinstance(value, tuple):
        return value
    part, whole = value
    return None if whole < 20 else round(100 * part / whole, 1)


def names(found: Iterable[str]) -> set[str]:
    """Return the indicators (``K06b`` counts as ``K06``) among some ids."""
    return {name[:3] for name in found}
