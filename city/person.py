"""A person who acts: their roles, and what they act for."""

import msgspec

__all__ = ["Person"]


class Person(msgspec.Struct, frozen=True):
    """A person who acts; read again for every command.

    ``agency`` and ``street`` are what they act for ('' = the centre); ``streets`` limits what they may act
    on (empty = the whole district). ``on_shift`` are those of ``roles`` that the present shift gives them.
    ``automated`` marks a simulated person of the demo; commands of real persons have priority.
    """

    account: str
    name: str
    roles: tuple[str, ...]
    seat: str = ""
    shift: str = ""
    agency: str = ""
    street: str = ""
    streets: tuple[str, ...] = ()
    on_shift: tuple[str, ...] = ()
    automated: bool = False

    @property
    def holder(self) -> str:
        """Return the code of the holder that they act for, '' for the centre."""
        return self.agency or self.street

    @property
    def workstation(self) -> str:
        """Return the code of a village officer's workstation: their seat, else their account."""
        return (self.seat or self.account) if "village_operator" in self.roles else ""

    @property
    def beats(self) -> tuple[str, ...]:
        """Return the streets that they act in, () = the whole district."""
        return self.streets or ((self.street,) if self.street else ())
