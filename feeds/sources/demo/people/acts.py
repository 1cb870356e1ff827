"""The next act on a case: the earliest of all acts that its people would do."""

from collections.abc import Callable, Iterator
from typing import Final

from feeds.sources.demo.people import acts_centre, acts_holder, acts_intake
from feeds.sources.demo.people.act import Act, Look

__all__ = ["next_act"]

Duty = Callable[[Look], Iterator[Act]]

DUTIES: Final[dict[str, tuple[Duty, ...]]] = {
    "reported": (acts_intake.reported,),
    "verifying": (acts_intake.verifying,),
    "filed": (acts_centre.unsent,),
    "dispatched": (acts_holder.dispatched,),
    "handling": (acts_holder.handling,),
    "handled": (acts_centre.handled,),
    "returned": (acts_centre.unsent,),
    "closed": (acts_intake.call_back,),
}
"""State → the acts in that state."""
ALWAYS: Final[tuple[Duty, ...]] = (
    acts_holder.make_safe, acts_intake.contact, acts_centre.asked, acts_centre.ruled,
    acts_centre.acknowledge,
)  # fmt: skip
"""Acts on an open case in any state."""


def next_act(look: Look) -> Act | None:
    """Return the earliest act on a case in its current state, None when there is none."""
    duties = DUTIES.get(look.case.state, ())
    if look.case.is_open:
        duties = (*duties, *ALWAYS)
    acts = [act for duty in duties for act in duty(look) if act.account]
    return min(acts, key=lambda act: act.at, default=None)
