"""Runs one of our tools in the target's interpreter and reads its answer."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codeflash_agent.errors import EnvironmentProblem
from codeflash_agent.storage import temporary
from codeflash_python.environment import environment

if TYPE_CHECKING:
    from codeflash_agent.language import Inquiry

PACKAGE = Path(__file__).resolve().parents[3] / "codeflash_inside"
STDERR = 2


def ask(inquiry: Inquiry, tool: str, request: dict[str, Any], *, timeout_s: float | None = None) -> dict[str, Any]:
    """Run `codeflash_inside.<tool>` in the tree's environment and return its answer.

    What the user's code prints goes to stderr.

    Raises:
        EnvironmentProblem: the interpreter cannot be started, or the tool ended without an answer.
    """
    with temporary.folder() as folder:
        asked, answered = folder / "request.json", folder / "answer.json"
        asked.write_text(json.dumps(request), encoding="utf-8")
        argv = [inquiry.setup.interpreter, str(PACKAGE), tool, str(asked), str(answered)]
        try:
            done = subprocess.run(
                argv,
                cwd=inquiry.tree,
                env=environment(inquiry.setup, inquiry.project, inquiry.tree),
                stdin=subprocess.DEVNULL,
                stdout=STDERR,
                check=False,
                timeout=timeout_s,
            )
        except OSError as error:
            raise EnvironmentProblem(
                f"cannot start {inquiry.setup.interpreter}: {error.strerror or error}; run `codeflash-agent setup --fresh`"
            ) from error
        except subprocess.TimeoutExpired as error:
            raise EnvironmentProblem(
                f"it did not end within {timeout_s:.0f} s; ask for less, or give more time"
            ) from error
        if not answered.exists():
            raise EnvironmentProblem(
                f"{tool} ended with {done.returncode} and without an answer; its lines above say why"
            )
        document: dict[str, Any] = json.loads(answered.read_text(encoding="utf-8"))
        if "problem" in document:
            raise EnvironmentProblem(document["problem"])
        return document
