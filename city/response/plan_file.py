"""The file of a response plan (``plans/*.toml``): its reader, which is its linter too.

docs/how-to/edit-the-plan.md says what each field means.
"""

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

import msgspec

from city.dispatch.tables.response_rules import (
    ALL,
    CENTRE,
    RELAXATIONS,
    SEATS,
    STREET,
    PlanTask,
    ResponsePlan,
)
from city.state.linkage_records import EVIDENCE, PRIORITIES
from city.state.response_records import HAZARDS, LEVELS

__all__ = ["PlanProblem", "read_plan"]

LANGUAGES: Final = ("zh", "en")
RANKS: Final = {name: rank for rank, name in enumerate(LEVELS) if name}
ENDS: Final = {**RANKS, "end": 0}
"""Name of a level in a plan file → its rank."""
TASK_KINDS: Final = ("task", "zero_report", "seats", "review")
VERIFIERS: Final = ("inspector", "street")
SELECTORS: Final = (STREET, ALL, SEATS, CENTRE)
TOP_KEYS: Final = frozenset({
    "id", "hazard", "version", "name", "seats", "seats_from", "relaxations", "task",
})  # fmt: skip
TASK_KEYS: Final = frozenset({
    "level", "code", "kind", "agencies", "due_min", "repeat_min", "standing", "ack_min", "evidence",
    "priority", "verify_by", "zh", "en", "short_zh", "short_en",
})  # fmt: skip
LONGEST_MIN: Final = 60 * 24 * 60
_CODE: Final = re.compile(r"[A-Za-z0-9_-]{1,16}")
_ID: Final = re.compile(r"[a-z0-9_]{1,40}")
_HEAD: Final = re.compile(r"\s*(\[\[?)\s*([\w.\-]+)\s*\]\]?\s*(#.*)?$")
_KEY: Final = re.compile(r"\s*([\w\-]+)\s*=")


class PlanProblem(msgspec.Struct, frozen=True):
    """One thing that is wrong in a plan file: where, and what is expected."""

    file: str
    line: int
    field: str
    what: str

    def __str__(self) -> str:
        """Return it in one line."""
        return ": ".join(filter(None, (f"{self.file}, line {self.line}", self.field, self.what)))


def read_plan(
    document: str, file: str, agencies: Collection[str], *, sha256: str = ""
) -> tuple[ResponsePlan | None, list[PlanProblem]]:
    """Return the plan of a file's text, and all its problems; ``agencies`` are the codes of ``agencies.csv``.

    An unknown agency is a problem, but the plan can still be used: the centre gets its tasks. With any other
    problem the plan is None.
    """
    try:
        table = tomllib.loads(document)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        return None, [PlanProblem(file, int(found[1]) if found else 1, "", f"expected TOML: {error}")]
    reader = _Reader(table, file, _lines(document), agencies)
    plan = reader.read(sha256)
    return plan, sorted(reader.problems, key=lambda one: (one.line, one.field))


class _Reader:
    """Reads one file; ``problems`` grows while it reads."""

    def __init__(
        self, table: Mapping[str, Any], file: str, lines: Mapping[tuple[str, str], int],
        agencies: Collection[str],
    ) -> None:  # fmt: skip
        self.problems: list[PlanProblem] = []
        self._table, self._file, self._lines, self._agencies = table, file, lines, agencies
        self._is_usable = True

    def _wrong(self, section: str, field: str, what: str, *, harmless: bool = False) -> None:
        line = self._lines.get((section, field)) or self._lines.get((section, ""), 1)
        named = field if not section or section.startswith("task[") else f"{section}.{field}"
        self.problems.append(PlanProblem(self._file, line, named, what))
        self._is_usable = self._is_usable and harmless

    def read(self, sha256: str) -> ResponsePlan | None:
        """Return the plan, None when it cannot be used."""
        table = self._table
        for key in sorted(table.keys() - TOP_KEYS):
            self._wrong("", key, f"unknown; expected {', '.join(sorted(TOP_KEYS))}")
        id_ = self._text("", table, "id")
        if id_ and not _ID.fullmatch(id_):
            self._wrong("", "id", f"expected small letters, digits and _, got {id_!r}")
        rows = table.get("task")
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows) or not rows:
            self._wrong("", "task", "expected the tasks, each below [[task]]")
            rows = []
        tasks = [self._task(f"task[{number}]", row) for number, row in enumerate(rows)]
        self._check_tasks(tasks)
        name = table.get("name")
        plan = ResponsePlan(
            id=id_,
            hazard=self._one_of("", table, "hazard", HAZARDS),
            version=self._text("", table, "version"),
            name=self._texts("name", name if isinstance(name, dict) else {}, ("zh", "en")),
            tasks=tuple(tasks),
            seats=self._codes("", table, "seats", ()),
            seats_from=RANKS.get(self._one_of("", table, "seats_from", tuple(RANKS), "III"), 2),
            relaxations=self._relaxations(),
            sha256=sha256,
        )
        return plan if self._is_usable else None

    def _relaxations(self) -> dict[str, int]:
        given = self._table.get("relaxations", {})
        if not isinstance(given, dict):
            self._wrong("", "relaxations", "expected a table: relaxation = level")
            return {}
        found = {}
        for kind in given:
            if kind not in RELAXATIONS:
                self._wrong("relaxations", kind, f"unknown; expected {', '.join(RELAXATIONS)}")
            else:
                found[kind] = RANKS.get(self._one_of("relaxations", given, kind, tuple(RANKS)), 0)
        return found

    def _task(self, at: str, row: Mapping[str, Any]) -> PlanTask:
        for key in sorted(row.keys() - TASK_KEYS):
            self._wrong(at, key, f"unknown; expected {', '.join(sorted(TASK_KEYS))}")
        code = self._text(at, row, "code")
        if code and not _CODE.fullmatch(code):
            self._wrong(at, "code", f"expected letters, digits, _ and -, at most 16, got {code!r}")
        priority = self._one_of(at, row, "priority", PRIORITIES, "P2")
        task = PlanTask(
            code=code,
            rank=ENDS.get(self._one_of(at, row, "level", tuple(ENDS)), 0),
            agencies=self._codes(at, row, "agencies", SELECTORS),
            text=self._texts(at, row, ("zh", "en")),
            due_s=self._minutes(at, row, "due_min"),
            repeat_s=self._minutes(at, row, "repeat_min"),
            evidence=self._one_of(at, row, "evidence", EVIDENCE, "ack"),
            priority=priority,
            verifier=self._one_of(at, row, "verify_by", VERIFIERS, "inspector"),
            kind=self._one_of(at, row, "kind", TASK_KINDS, "task"),
            short={lang: str(row[f"short_{lang}"]) for lang in LANGUAGES if row.get(f"short_{lang}")},
            ack_s=self._minutes(at, row, "ack_min"),
        )
        self._check_task(at, row, task)
        return task

    def _check_task(self, at: str, row: Mapping[str, Any], task: PlanTask) -> None:
        if not task.agencies and isinstance(row.get("agencies"), list) and not row["agencies"]:
            self._wrong(at, "agencies", "expected at least one agency")
        stands = row.get("standing", False)
        if not isinstance(stands, bool):
            self._wrong(at, "standing", f"expected true or false, got {stands!r}")
        limited = "due_min" in row or "repeat_min" in row
        if not limited and not stands:
            self._wrong(at, "due_min", "missing; expected due_min, repeat_min or standing = true")
        if limited and stands is True:
            self._wrong(at, "standing", "expected no due_min and no repeat_min beside standing = true")
        if task.kind == "zero_report" and task.repeat_s is None:
            self._wrong(at, "repeat_min", "missing; a zero report repeats")
        if task.kind == "zero_report" and task.rank == 0:
            self._wrong(at, "level", "expected IV, III, II or I for a zero report")
        if task.ack_s is not None and task.limit_s is not None and task.ack_s > task.limit_s:
            self._wrong(at, "ack_min", f"expected at most {task.limit_s / 60:g}, got {task.ack_s / 60:g}")
        if len(task.short) == 1:
            lacking = next(lang for lang in LANGUAGES if lang not in task.short)
            self._wrong(at, f"short_{lacking}", "missing; expected the short text in both languages")

    def _check_tasks(self, tasks: list[PlanTask]) -> None:
        first: dict[str, int] = {}
        for number, task in enumerate(tasks):
            before = first.setdefault(task.code, number)
            if task.code and before != number:
                line = self._lines.get((f"task[{before}]", "code"), 0)
                self._wrong(f"task[{number}]", "code", f"{task.code} is in line {line} already")
        for name, rank in RANKS.items():
            if not any(task.kind == "zero_report" and task.rank == rank for task in tasks):
                what = f'level {name} has no zero report; expected a task with kind = "zero_report"'
                self._wrong("", "task", what)

    def _codes(
        self, at: str, row: Mapping[str, Any], key: str, selectors: Collection[str]
    ) -> tuple[str, ...]:
        given = row.get(key, [] if not selectors else None)
        if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
            self._wrong(at, key, f"expected a list of codes, got {given!r}")
            return ()
        for code in given:
            if code in selectors or code in self._agencies:
                continue
            known = ", ".join(selectors)
            what = f"unknown agency {code!r}; expected a code of agencies.csv{', ' if known else ''}{known}"
            self._wrong(at, key, what, harmless=True)
        return tuple(dict.fromkeys(given))

    def _text(self, at: str, row: Mapping[str, Any], key: str) -> str:
        given = row.get(key)
        if isinstance(given, str) and given.strip():
            return given
        what = "missing; expected a text" if given is None else f"expected a text, got {given!r}"
        self._wrong(at, key, what)
        return ""

    def _texts(self, at: str, row: Mapping[str, Any], keys: Collection[str]) -> dict[str, str]:
        return {key: self._text(at, row, key) for key in keys}

    def _one_of(
        self, at: str, row: Mapping[str, Any], key: str, values: tuple[str, ...], default: str = ""
    ) -> str:
        given = row.get(key, default)
        if given in values:
            return str(given)
        expected = f"expected one of {', '.join(values)}"
        self._wrong(at, key, f"missing; {expected}" if given == "" else f"{expected}, got {given!r}")
        return values[0]

    def _minutes(self, at: str, row: Mapping[str, Any], key: str) -> float | None:
        given = row.get(key)
        if given is None:
            return None
        if isinstance(given, int) and not isinstance(given, bool) and 0 < given <= LONGEST_MIN:
            return given * 60.0
        self._wrong(at, key, f"expected whole minutes from 1 to {LONGEST_MIN}, got {given!r}")
        return None


def _lines(document: str) -> dict[tuple[str, str], int]:
    """Return (section, key) → line; the sections of tasks are ``task[0]``, ``task[1]`` …"""
    return dict(_places(document))


def _places(document: str) -> Iterator[tuple[tuple[str, str], int]]:
    section, tasks = "", -1
    for number, line in enumerate(document.splitlines(), start=1):
        head = _HEAD.match(line)
        if head is not None:
            tasks += head[1] == "[["
            section = f"{head[2]}[{tasks}]" if head[1] == "[[" else head[2]
            yield (section, ""), number
            continue
        key = _KEY.match(line)
        if key is not None:
            yield (section, key[1]), number
