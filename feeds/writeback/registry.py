"""The adapters, by their names in city.toml."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from feeds.writeback.contract import Adapter
from feeds.writeback.open311 import Open311
from feeds.writeback.post import TIMEOUT_S
from feeds.writeback.webhook import Webhook

__all__ = ["ADAPTERS", "Setting", "build_adapters", "exercise_systems"]

ADAPTERS: Final = {"webhook": Webhook, "open311": Open311}


class Setting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[outbox.<system>]``. ``secret_file`` is a path below the data dir, or absolute."""

    kind: str
    url: str
    secret_file: str = ""
    jurisdiction: str = ""
    timeout_s: float = TIMEOUT_S
    exercise: bool = False
    """It takes part in exercises (演练): it gets their messages, too. No other system ever gets one."""


def build_adapters(table: Mapping[str, Any], data_dir: Path) -> dict[str, Adapter]:
    """Return system → adapter from the table ``outbox`` of city.toml. Raises ValueError naming the field."""
    return {system: _build(system, setting, data_dir) for system, setting in table.items()}


def exercise_systems(table: Mapping[str, Any]) -> frozenset[str]:
    """Return the systems that take part in exercises; the table was read by ``build_adapters``."""
    return frozenset(system for system, setting in table.items() if setting.get("exercise") is True)


def _build(system: str, table: Any, data_dir: Path) -> Adapter:
    where = f"outbox.{system}"
    try:
        setting = msgspec.convert(table, Setting)
        if setting.kind not in ADAPTERS:
            message = f"kind: expected one of {', '.join(ADAPTERS)}, got {setting.kind!r}"
            raise ValueError(message)
        if not 0 < setting.timeout_s <= 60:
            message = f"timeout_s: expected more than 0 and at most 60, got {setting.timeout_s:g}"
            raise ValueError(message)
        secret = (data_dir / setting.secret_file).read_bytes().strip() if setting.secret_file else b""
        if setting.kind == "open311":
            return Open311(
                setting.url, secret, jurisdiction=setting.jurisdiction, timeout_s=setting.timeout_s
            )
        return Webhook(setting.url, secret, timeout_s=setting.timeout_s)
    except (ValueError, OSError) as error:  # msgspec's are ValueErrors too
        message = f"{where}.{error}" if isinstance(error, ValueError) else f"{where}.secret_file: {error}"
        raise ValueError(message) from error
