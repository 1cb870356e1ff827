"""The desk's queue as the tests of it see and touch it: rows, where they stand, what they say."""

from typing import Any

from playwright.sync_api import Page

from city.access import VERBS
from tests.script_pages import mark, tell_view
from tests.seen_factory import NOW

__all__ = ["FOOT", "ME", "ORDER", "PLACE", "ROW", "WORDS", "press", "row", "scalars", "tell"]

ME = {"name": "陈××", "role": "duty_officer", "seat": "2", "person_mark": "me", "verbs": list(VERBS)}
ROW = "(mark) => inCard('desk_queue', '.rows li').find((li) => li.citywallMark === mark)"
ORDER = "() => inCard('desk_queue', '.rows li').map((li) => li.citywallMark)"
WORDS = f"(mark) => ({ROW})(mark).innerText.replace(/\\s+/g, ' ')"
PLACE = f"""([mark, act]) => {{
  const box = ({ROW})(mark).querySelector(act).getBoundingClientRect();
  return [box.x + box.width / 2, box.y + box.height / 2];
}}"""
IS_DRAWN = """() => {
  const rows = inCard('desk_queue', '.rows li');
  return inCard('desk_queue', 'footer').length > 0 && (rows.length === 0 || rows.some((li) => li.innerText));
}"""
FOOT = "() => inCard('desk_queue', 'footer .said')[0].textContent"


def row(number: int, **given: Any) -> tuple[str, dict[str, Any]]:
    plain: dict[str, Any] = {
        "no": f"31011520261122{number:05d}", "class": "event.0506", "label": "", "urgency": "normal",
        "hazard": False, "road": f"第{number}路", "street": "310115005", "at": NOW - 600.0,
        "due_at": NOW + 600.0 + 60 * number, "state": "handling", "holder": "sw", "co": [], "version": 3,
        "bounced": [], "why": "", "next": "", "next_at": None, "make_safe": None, "supervised": 0,
        "reminders": 0, "callers": 1, "ruling_due_at": None, "ruling_sent": False,
        "targets": ["dl", "cg", "tx"], "escalate_to": "shift_lead", "verbs": ["escalate", "reassign"],
        "presence": [], "acted_by": [], "same": [], "nearest_unit": None, "lon": None, "lat": None,
    }  # fmt: skip
    told = {**plain, **given}
    return mark(number), {"until": told["ruling_due_at"] or told["due_at"], **told}


def scalars(n: int, **given: Any) -> dict[str, Any]:
    return {
        "all": n,
        "critical": 0,
        "overdue": 0,
        "reported": 0,
        "ruling": 0,
        "mine": {},
        "gaps": [],
        **given,
    }


def tell(page: Page, told: list[tuple[str, dict[str, Any]]], **given: Any) -> None:
    tell_view(page, "desk_queue", scalars(given.pop("all", len(told)), **given), told)
    # The card's parts may still come, and what was never laid out has no text.
    page.wait_for_function(IS_DRAWN)


def press(page: Page, number: int, act: str) -> None:
    place = page.evaluate(PLACE, [mark(number), act])
    while (again := _placed(page, number, act)) != place:  # a page that was just opened may still move
        place = again
    page.mouse.click(*place)


def _placed(page: Page, number: int, act: str) -> list[float]:
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    found: list[float] = page.evaluate(PLACE, [mark(number), act])
    return found
