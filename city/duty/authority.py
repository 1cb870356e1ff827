"""Authority: who has a role of the centre by the facts of duty (domain §3.8, §4.7)."""

from city.duty.post_keys import role_of_post
from city.state.duty_records import Post, Shift
from city.state.ledger_state import LedgerState

__all__ = ["authority_name", "holds", "posts_of_role", "responsible_shift"]


def responsible_shift(state: LedgerState) -> Shift | None:
    """Return the responsible shift: the outgoing one until both leads have signed. None: duty is not kept."""
    return state.shifts.get(state.shift)


def posts_of_role(shift: Shift, role: str) -> tuple[Post, ...]:
    """Return the posts of a role in a shift."""
    return tuple(post for key, post in shift.posts.items() if role_of_post(key) == role)


def holds(state: LedgerState, role: str, display: str, account: str) -> bool | None:
    """Whether a person has a role by the responsible shift.

    None: the facts do not say, because duty is not kept or the shift has no post of the role.
    """
    shift = responsible_shift(state)
    posts = posts_of_role(shift, role) if shift else ()
    if not posts:
        return None
    return any(_has(post, display, account) for post in posts)


def authority_name(state: LedgerState, role: str) -> str:
    """Return the display name of who has a role's authority now, '' for nobody."""
    shift = responsible_shift(state)
    for post in posts_of_role(shift, role) if shift else ():
        if post.state == "signed_in" or (post.state == "away" and not post.deputy):
            return post.holder
        if post.state in ("away", "replaced"):
            return post.deputy
    return ""


def _has(post: Post, display: str, account: str) -> bool:
    if post.state == "signed_in" or (post.state == "away" and not post.deputy):
        return account == post.account
    # The deputy has it during a short leave, and after the authority was passed on.
    return post.state in ("away", "replaced") and bool(post.deputy) and display == post.deputy
