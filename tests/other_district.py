"""What only the built-in district has: its words and numbers must not stand on another district's pages."""

import csv

import static

GROUND = (
    "浦东", "上海", "黄浦江", "长江口", "杭州湾", "临港", "外滩", "川杨河", "内环", "外环",
    "Pudong", "Shanghai", "Huangpu", "Yangtze", "Lingang", "310115", "Asia/Shanghai", "12345",
)  # fmt: skip


def _streets() -> tuple[str, ...]:
    with static.path("district/streets.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return tuple(row[column] for row in rows for column in ("code", "name", "english"))


PUDONG = (*GROUND, *_streets())
"""Names and codes; the short names of streets are parts of the whole ones."""


def named_in(text: str) -> list[str]:
    """Which of them stand in a text."""
    return [word for word in PUDONG if word in text]
