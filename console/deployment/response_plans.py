"""The response plans: ``static/plans/*.toml``, or the data dir's ``plans/<name>`` in its place."""

import hashlib
from collections.abc import Collection
from pathlib import Path

import static
from city.dispatch.tables.response_rules import ResponsePlan
from city.response.plan_file import PlanProblem, read_plan
from console.deployment.district import DistrictError

__all__ = ["check_plans", "plan_paths", "read_plan_file", "read_plans"]


def plan_paths(data_dir: Path) -> list[Path]:
    """Return the plan files in force, by name."""
    shipped = {path.name: path for path in static.path("plans").glob("*.toml")}
    own = {path.name: path for path in (data_dir / "plans").glob("*.toml")}
    return [path for _, path in sorted({**shipped, **own}.items())]


def read_plan_file(
    path: Path, agencies: Collection[str]
) -> tuple[ResponsePlan | None, list[PlanProblem]]:  # fmt: skip
    """Return the plan of a file, None when it cannot be used, and its problems. Raises OSError."""
    name, content = f"plans/{path.name}", path.read_bytes()
    try:
        document = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].count(b"\n") + 1
        return None, [PlanProblem(name, before, "", "expected UTF-8")]
    return read_plan(document, name, agencies, sha256=hashlib.sha256(content).hexdigest())


def check_plans(data_dir: Path, agencies: Collection[str]) -> list[PlanProblem]:
    """Return the problems of all plan files in force, those of two plans for one hazard too."""
    found: list[PlanProblem] = []
    hazards: dict[str, str] = {}
    for path in plan_paths(data_dir):
        plan, problems = read_plan_file(path, agencies)
        found += problems
        if plan is None:
            continue
        name = f"plans/{path.name}"
        first = hazards.setdefault(plan.hazard, name)
        if first != name:
            found.append(PlanProblem(name, 1, "hazard", f"{plan.hazard} has the plan {first} already"))
        if plan.id != path.stem:
            what = f"expected the file's name {path.stem!r}, got {plan.id!r}"
            found.append(PlanProblem(name, 1, "id", what))
    return found


def read_plans(data_dir: Path, agencies: Collection[str]) -> dict[str, ResponsePlan]:
    """Return the plans by hazard. Raises DistrictError that names file, line and field.

    An agency that the district does not have is no error here: the centre gets its tasks.
    """
    plans: dict[str, ResponsePlan] = {}
    for path in plan_paths(data_dir):
        plan, problems = read_plan_file(path, agencies)
        if plan is None:
            raise DistrictError(str(problems[0]))
        if plan.id != path.stem:
            raise DistrictError(f"plans/{path.name}: id: expected the file's name, got {plan.id!r}")
        if plan.hazard in plans:
            raise DistrictError(f"plans/{path.name}: hazard: {plan.hazard} has another plan already")
        plans[plan.hazard] = plan
    return plans
