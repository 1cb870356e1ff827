"""Texts of the invented cases: titles, descriptions, and invented reporters."""

from typing import Any, Final

from city.dispatch.tables.categories import Category
from feeds.sources.demo.cases.scenes import scene
from feeds.sources.demo.chance import Dice
from feeds.sources.demo.ground import Place

__all__ = ["PHONE_PREFIX", "description", "reporter", "title"]

PHONE_PREFIX: Final = "199-0000-"
"""Prefix of every phone number of the demo; the last four digits are random."""

_SURNAMES: Final = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻"
_CALLERS: Final = (
    "市民来电反映：{road}{scene}，希望尽快处理。",
    "市民来电：{road}{scene}，已有一段时间，请相关部门核实处理。",
    "来电人称{road}{scene}，此前也曾反映，要求回复处理结果。",
)
_INSPECTORS: Final = (
    "网格员巡查发现：{road}{scene}，已拍照。",
    "巡查上报：{road}{scene}，现场未设警示。",
)
_POLICE: Final = ("110转交：{road}{scene}，民警已到场查看，请主管单位处置。",)
_MACHINES: Final = ("系统自动上报：{road}{name}，待人工复核。",)
_OTHERS: Final = ("转来线索：{road}{scene}，请按职责办理并反馈。",)
_BY_CHANNEL: Final = {
    "hotline_12345": _CALLERS,
    "hotline_12319": _CALLERS,
    "web_app": _CALLERS,
    "inspector": _INSPECTORS,
    "volunteer": _INSPECTORS,
    "police_110": _POLICE,
    "video_ai": _MACHINES,
    "sensor": _MACHINES,
}


def title(category: Category, place: Place) -> str:
    """Return the case's title: class and road, no personal data."""
    return f"{place.road} {category.name_zh}"


def description(dice: Dice, channel: str, category: Category, place: Place) -> str:
    """Return the description by the source's officer."""
    text = dice.choice(_BY_CHANNEL.get(channel, _OTHERS))
    return text.format(road=place.road, scene=scene(dice, category), name=category.name_zh)


def reporter(dice: Dice) -> dict[str, Any]:
    """Return an invented caller with an unassigned phone number."""
    return {
        "name": dice.choice(_SURNAMES) + dice.choice(("先生", "女士")),
        "phone": f"{PHONE_PREFIX}{dice.randrange(10_000):04d}",
        "wants_reply": dice.random() < 0.6,
    }
