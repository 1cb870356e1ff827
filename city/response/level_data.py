"""Levels in the data of facts: writing records into them and reading them back."""

from typing import Any

from city.clocks.timestamps import iso
from city.facts.field_readers import Data, flag, moment, number, text, texts, whole
from city.state.linkage_records import Signed
from city.state.response_records import Activation, Approval, Basis, Measure, VerbalOrder

__all__ = [
    "activation_data", "approval_data", "approvals_of", "basis_data", "basis_of", "needs_of_data",
    "read_activation", "signed_data", "verbal_data", "verbal_of",
]  # fmt: skip


def signed_data(signed: Signed) -> dict[str, Any]:
    """Return who did something and when."""
    return {"by": signed.by, "name": signed.name, "role": signed.role, "at": iso(signed.at)}


def _signed(data: Data) -> Signed:
    return Signed(text(data, "by"), text(data, "name"), text(data, "role"), moment(data, "at"))


def approval_data(approval: Approval) -> dict[str, Any]:
    """Return an approval."""
    return {"need": approval.need, "signed": signed_data(approval.signed)}


def approvals_of(data: Data, key: str = "approvals") -> tuple[Approval, ...]:
    """Return a list of approvals, () when it is missing."""
    return tuple(Approval(whole(one, "need"), _signed(one["signed"])) for one in data.get(key) or ())


def needs_of_data(data: Data) -> tuple[tuple[str, ...], ...]:
    """Return the required approvals. Raises KeyError when they are missing."""
    return tuple(tuple(str(key) for key in need) for need in data["needs"])


def basis_data(basis: Basis) -> dict[str, Any]:
    """Return a basis."""
    return {
        "warnings": list(basis.warnings), "city_rank": basis.city_rank, "text": basis.text,
        "measures": [
            {"kind": one.kind, "place": one.place, "value": one.value, "limit": one.limit, "unit": one.unit,
             "at": iso(one.at)}
            for one in basis.measures
        ],
    }  # fmt: skip


def basis_of(data: Data) -> Basis:
    """Return a basis; a missing one is empty."""
    told: Data = data.get("basis") or {}
    return Basis(
        texts(told, "warnings"), tuple(_measure(one) for one in told.get("measures") or ()),
        whole(told, "city_rank", 0), text(told, "text"),
    )  # fmt: skip


def _measure(data: Data) -> Measure:
    value, limit = number(data, "value"), number(data, "limit")
    if value is None or limit is None:
        message = "measure: expected value and limit"
        raise ValueError(message)
    return Measure(
        text(data, "kind"), text(data, "place"), value, limit, text(data, "unit"), moment(data, "at")
    )


def verbal_data(verbal: VerbalOrder | None) -> dict[str, Any] | None:
    """Return a spoken order, None without one."""
    if verbal is None:
        return None
    return {
        "person": verbal.person, "words": verbal.words, "given_at": iso(verbal.given_at),
        "recorded": signed_data(verbal.recorded), "write_by": iso(verbal.write_by),
        "voice_ref": verbal.voice_ref, "overdue": verbal.overdue,
        "confirmed": None if verbal.confirmed is None else signed_data(verbal.confirmed),
    }  # fmt: skip


def verbal_of(data: Data) -> VerbalOrder | None:
    """Return the spoken order in a fact, None without one."""
    told = data.get("verbal")
    if told is None:
        return None
    confirmed = told.get("confirmed")
    return VerbalOrder(
        text(told, "person"), text(told, "words"), moment(told, "given_at"), _signed(told["recorded"]),
        moment(told, "write_by"), text(told, "voice_ref"), None if confirmed is None else _signed(confirmed),
        flag(told, "overdue"),
    )  # fmt: skip


def activation_data(activation: Activation) -> dict[str, Any]:
    """Return a decision that takes effect."""
    return {
        "activation": activation.id, "rank": activation.rank, "activated_at": iso(activation.activated_at),
        "decided": activation.decided, "proposed": signed_data(activation.proposed),
        "basis": basis_data(activation.basis), "incident": activation.incident, "plan": activation.plan,
        "approvals": [approval_data(one) for one in activation.approvals],
        "plan_version": activation.plan_version, "is_exercise": activation.is_exercise,
        "verbal": verbal_data(activation.verbal),
    }  # fmt: skip


def read_activation(data: Data) -> Activation:
    """Return the decision that a fact puts into effect."""
    return Activation(
        id=text(data, "activation"), rank=whole(data, "rank"), activated_at=moment(data, "activated_at"),
        decided=text(data, "decided"), proposed=_signed(data["proposed"]), basis=basis_of(data),
        approvals=approvals_of(data), incident=text(data, "incident"), plan=text(data, "plan"),
        plan_version=text(data, "plan_version"), is_exercise=flag(data, "is_exercise"),
        verbal=verbal_of(data),
    )  # fmt: skip
