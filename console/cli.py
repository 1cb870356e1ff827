"""The command line: ``citywall``."""

import sys

import click

from console.commands.atlas import atlas
from console.commands.audit import COMMANDS as AUDIT
from console.commands.camera import camera
from console.commands.config import config
from console.commands.deadletters import deadletters
from console.commands.district import district
from console.commands.drill import drill
from console.commands.history import history
from console.commands.people import people
from console.commands.plan import plan
from console.commands.processes import COMMANDS as PROCESSES
from console.commands.replay import replay
from console.commands.report import report
from console.commands.source import source
from console.commands.token import token
from console.commands.user import user
from console.deployment.district import DistrictError
from console.deployment.settings import SettingsError
from feeds.ledger.ledger import LedgerUnavailable

__all__ = ["main"]


@click.group()
def citywall() -> None:
    """Command-centre wall and real-time operations console for a city operations centre."""


for command in (
    *PROCESSES, *AUDIT, replay, source, camera, token, user, deadletters, people, atlas, district, config,
    drill, history, plan, report,
):  # fmt: skip
    citywall.add_command(command)


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
