"""A district's own plan for a test: the shipped one, shortened. It is read when the processes start."""

import re
import tomllib
from pathlib import Path
from typing import Any

SHIPPED = Path(__file__).parents[1] / "static/plans/flood_typhoon.toml"


def shortened(data: Path, *, without: set[str], seats: int) -> dict[str, Any]:
    """Write it into a data dir: no tasks with these codes, so many seats, streets only report; return it.

    A task that the plan gives to streets and others is for the others alone.
    """
    head, *tasks = SHIPPED.read_text(encoding="utf-8").split("[[task]]\n")
    kept = [task for task in tasks if re.findall(r'^code = "(\w+)"', task, re.M)[0] not in without]
    kept = [task if "zero_report" in task else task.replace(', "street"]', "]") for task in kept]
    names = tomllib.loads(head)["seats"][:seats]
    head = re.sub(r"^seats = \[.*\]$", f"seats = {names}".replace("'", '"'), head, flags=re.M)
    text = "[[task]]\n".join([head, *kept])
    (data / "plans").mkdir()
    (data / "plans/flood_typhoon.toml").write_text(text, encoding="utf-8")
    return tomllib.loads(text)
