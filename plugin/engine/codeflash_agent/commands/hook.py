"""`hook`: what the client's hooks decide inside a session; started by the plugin's hooks, not by people."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from codeflash_agent.errors import EnvironmentProblem
from codeflash_agent.hooks import event as events

if TYPE_CHECKING:
    import argparse

HELP = "decide one event of the client's, given as JSON on standard input; the plugin's hooks call it"
EXAMPLE = "codeflash-agent hook edit --notes /tmp/notes"
OCCASIONS = ("edit", "before-shell", "after-shell", "end", "start", "context")
PATIENCE_S = 10  # below the time that the client gives a hook, after which it would go on unchecked


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("occasion", choices=OCCASIONS, help="which of the decisions is asked for")
    parser.add_argument("--notes", required=True, type=Path, metavar="FOLDER", help="where it remembers earlier events")
    parser.add_argument(
        "--patience",
        type=int,
        default=PATIENCE_S,
        metavar="SECONDS",
        help=f"give up after this (default: {PATIENCE_S})",
    )
    parser.add_argument("--json", action="store_true", help="accepted as everywhere; the answer is JSON in any case")


def run(arguments: argparse.Namespace) -> int:
    """Print the client's answer as JSON, or nothing where everything goes on as it would.

    Raises:
        EnvironmentProblem: it could not be decided; the caller refuses then.
    """
    from codeflash_agent.hooks import answer  # noqa: PLC0415 - the other verbs do not wait for it

    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(arguments.patience)
    try:
        event = events.read(sys.stdin.buffer.read().decode("utf-8", "replace"))
        said = answer.OCCASIONS[arguments.occasion](event, arguments.notes)
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        # A record that another version wrote, a disk that fails: one line, and the caller refuses.
        raise EnvironmentProblem(f"{type(error).__name__}: {error}") from error
    except _TooLong as error:
        raise EnvironmentProblem(
            f"git took longer than {arguments.patience} s; is it waiting for something?"
        ) from error
    finally:
        signal.alarm(0)
    if said is not None:
        print(json.dumps(said))
    return 0


class _TooLong(BaseException):
    """The patience is over; nothing on the way may take this for a failure of its own."""


def _too_long(_signal: int, _frame: object) -> NoReturn:
    raise _TooLong
