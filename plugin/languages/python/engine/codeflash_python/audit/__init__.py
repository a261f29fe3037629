"""What a change looks like that makes a figure better without making the program better.

Agents cheat, knowingly or not, in up to a third of attempts in published audits. Each rule here reads the source before
and after a change and gives signs, each with a gate and one line; what was there before the change is no sign. A sign
is no proof: it stops a KEEP until it is explained, and the explanation is shown in the report.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codeflash_python.audit import hidden_state, importing, inputs, persistence, tampering
from codeflash_python.audit.source import Module, Workload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from codeflash_python.audit.source import Sign

RULES: tuple[Callable[[Module, Workload], Iterator[Sign]], ...] = (
    hidden_state.module_state,
    hidden_state.memo,
    importing.work_at_import,
    tampering.switches,
    tampering.replaced,
    tampering.detection,
    persistence.stored,
    inputs.hard_coded,
)


def examine(before: Mapping[str, str], after: Mapping[str, str], workload: Mapping[str, str]) -> list[tuple[str, str]]:
    """The signs that a change brings.

    Args:
        before: path -> text of the changed source files as they were; a new file is missing.
        after: the same as they are now; a removed file is missing.
        workload: path -> text of what the benchmark runs, as far as it is source.

    Returns:
        Pairs of a gate and one line that says what was seen, sorted; a file that does not parse gives none.
    """
    known = Workload(workload)
    old = {sign.key for text in before.values() for module in [Module("", text)] for sign in _signs(module, known)}
    found = {
        (sign.gate, f"{path}:{sign.line}: {sign.what}")
        for path, text in after.items()
        for sign in _signs(Module(path, text), known)
        if sign.key not in old
    }
    return sorted(found)


def _signs(module: Module, workload: Workload) -> Iterator[Sign]:
    for rule in RULES:
        yield from rule(module, workload)
