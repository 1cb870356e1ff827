"""The command line: ``citywall``."""

import sys
from importlib import import_module
from typing import Final, cast

import click

from console.deployment.district import DistrictError
from console.deployment.settings import SettingsError
from feeds.ledger.ledger import LedgerUnavailable

__all__ = ["MODULES", "citywall", "main"]

MODULES: Final = {
    "processes": ("demo", "console", "gateway", "engine", "review", "feeds"),
    "audit": ("audit", "backup", "restore"),
    **{
        name: (name,)
        for name in (
            "replay", "source", "camera", "token", "user", "deadletters", "people", "atlas", "district",
            "config", "drill", "history", "plan", "report",
        )
    },
}  # fmt: skip
"""Module of ``console.commands`` → its commands."""

_MODULE_OF: Final = {command: module for module, commands in MODULES.items() for command in commands}


class Commands(click.Group):
    """Imports a command when it is called: all together take longer to import than a process to start."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted(_MODULE_OF)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, None when there is none of this name."""
        module = _MODULE_OF.get(cmd_name)
        if module is None:
            return None
        return cast("click.Command", getattr(import_module(f"console.commands.{module}"), cmd_name))


@click.group(cls=Commands)
def citywall() -> None:
    """Command-centre wall and real-time operations console for a city operations centre."""


def main() -> None:
    """Run the command. An error that the user can correct is printed in one line, with exit status 2."""
    try:
        citywall(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (SettingsError, DistrictError, LedgerUnavailable, OSError, ValueError) as error:
        click.echo(f"citywall: {error}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
