"""A look at the leader's page: what its person saw is kept, for the change since their last look."""

from city.commands.command import Decision, Refusal
from city.commands.leaders.arguments import NoteLook
from city.commands.subject_order import SubjectAnswer, SubjectOrder
from city.state.row_keys import row_key_of

__all__ = ["decide_note_look"]


def decide_note_look(order: SubjectOrder, args: NoteLook) -> SubjectAnswer:
    """Keep what the sender saw. The subject is the sender's mark: nobody looks for somebody else."""
    if order.subject.id != row_key_of(f"account:{order.by.account}"):
        return Refusal("not_allowed", "look_of_other")
    return Decision((order.note("LeaderLooked", {"figures": args.figures}),), ())
