"""What comes next on a case: of all that its people would do, what is to be done first."""

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
"""State → what somebody does in it."""
ALWAYS: Final[tuple[Duty, ...]] = (
    acts_holder.make_safe, acts_intake.contact, acts_centre.asked, acts_centre.ruled,
    acts_centre.acknowledge,
)  # fmt: skip
"""What is done on an open case whatever its state."""


def next_act(look: Look) -> Act | None:
    """Return the earliest act that somebody will do on a case as it is now, None when nobody will."""
    duties = DUTIES.get(look.case.state, ())
    if look.case.is_open:
        duties = (*duties, *ALWAYS)
    acts = [act for duty in duties for act in duty(look) if act.account]
    return min(acts, key=lambda act: act.at, default=None)
