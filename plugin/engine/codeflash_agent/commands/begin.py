"""`begin`: open one experiment on one target."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codeflash_agent.commands import _common
from codeflash_agent.errors import EnvironmentProblem
from codeflash_agent.session import context as contexts
from codeflash_agent.session import experiment
from codeflash_agent.verdict.dimensions import DOMAINS

if TYPE_CHECKING:
    import argparse

HELP = "open one experiment: one target, one hypothesis, one fix"
EXAMPLE = "codeflash-agent begin --target src/app/load.py::parse --domains cpu,memory --hypothesis 'one pass instead of two copies'"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--target", help="FILE::FUNCTION as the target table shows it")
    parser.add_argument("--domains", type=_domains, help=f"comma-separated: {', '.join(DOMAINS)}")
    parser.add_argument(
        "--dimension",
        help="what the hypothesis is about: a domain, wall, or the name of a metric that the benchmark prints "
        "(default: first domain)",
    )
    parser.add_argument("--hypothesis", help="mechanism and expected effect, one line")
    parser.add_argument(
        "--amend",
        action="store_true",
        help="correct the open experiment instead; what it is about only until it is measured, its hypothesis always",
    )
    _common.add_json(parser)


def _domains(text: str) -> list[str]:
    import argparse  # noqa: PLC0415 - argparse turns this error into its one-line message

    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in DOMAINS]
    if unknown or not names:
        raise argparse.ArgumentTypeError(f"{text!r} must name domains among {', '.join(DOMAINS)}")
    return names


def run(arguments: argparse.Namespace) -> int:
    """Open it, or say which rule forbids it now."""
    if arguments.amend:
        return _amend(arguments)
    missing = [name for name in ("target", "domains", "hypothesis") if not getattr(arguments, name)]
    if missing:
        raise EnvironmentProblem(f"say --{' --'.join(missing)}: an experiment has a target, domains and a hypothesis")
    with contexts.opened() as context:
        record = experiment.begin(
            context,
            target=arguments.target,
            domains=arguments.domains,
            dimension=arguments.dimension or arguments.domains[0],
            hypothesis=arguments.hypothesis,
        )
        lines = [f"[experiment {record.number}] open: {record.target} ({', '.join(record.domains)})"]
        if record.number == 1:
            lines.append(f"edit in {context.tree}; ONE fix; then: codeflash-agent measure")
        _common.emit(arguments, lines, record.as_json())
    return 0


def _amend(arguments: argparse.Namespace) -> int:
    fields = {
        name: value
        for name in ("target", "domains", "dimension", "hypothesis")
        if (value := getattr(arguments, name)) is not None
    }
    if not fields:
        raise EnvironmentProblem("say what to correct: --hypothesis, --target, --domains or --dimension")
    with contexts.opened() as context:
        record = experiment.amend(context, fields)
        line = f"[experiment {record.number}] now: {record.target} ({', '.join(record.domains)}): {record.hypothesis}"
        _common.emit(arguments, [line], record.as_json())
    return 0
