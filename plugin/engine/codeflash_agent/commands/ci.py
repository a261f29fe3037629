"""`ci`: workflows for a repository, and the steps that they run."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codeflash_agent import languages
from codeflash_agent.ci import comment, gate, publish
from codeflash_agent.ci import install as installing
from codeflash_agent.ci import session as sessions
from codeflash_agent.ci.github import Api, ApiProblem
from codeflash_agent.commands import _common, _method
from codeflash_agent.errors import DONE, NO, CodeflashError, EnvironmentProblem, Refused
from codeflash_agent.render.markdown import words
from codeflash_agent.storage import atomic
from codeflash_agent.storage import layout as places

if TYPE_CHECKING:
    import argparse

HELP = "install workflows that optimise a pull request by comment and measure every one, or run one of their steps"
EXAMPLE = "codeflash-agent ci install --plugin owner/codeflash@COMMIT --benchmark 'make bench'"
STEPS = ("install", "gate", "session", "publish", "comment")
RESULT_BYTES = 20_000_000
PATIENCE_S = 3 * 3600.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("step", choices=STEPS, help="install: write the workflows; the others are their steps")
    parser.add_argument(
        "--plugin", metavar="OWNER/REPO[/FOLDER]@COMMIT", help="install: where the workflows fetch the programs, pinned"
    )
    parser.add_argument("--benchmark", help="install: what the check measures (default: setup's)")
    parser.add_argument("--force", action="store_true", help="install: replace workflows that differ")
    parser.add_argument("--project", type=Path, default=Path(), metavar="FOLDER", help="the checkout (default: here)")
    parser.add_argument(
        "--out", type=Path, default=Path("result"), metavar="FOLDER", help="session: where the result goes"
    )
    parser.add_argument(
        "--result", type=Path, default=Path("result"), metavar="PATH", help="publish, comment: where the result lies"
    )
    parser.add_argument(
        "--patience", type=_method.seconds, default=PATIENCE_S, metavar="S", help="session: seconds for it"
    )
    _common.add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run one step; exit status 0 done, 1 refused or a regression, 2 for usage or environment."""
    steps = {"install": _install, "gate": _gate, "session": _session, "publish": _publish, "comment": _comment}
    return steps[arguments.step](arguments)


def _install(arguments: argparse.Namespace) -> int:
    if not arguments.plugin:
        raise EnvironmentProblem(
            "give --plugin OWNER/REPO@COMMIT: where the workflows fetch the programs from, with the full hash"
        )
    layout = places.find(arguments.project if arguments.project.is_dir() else Path())
    language = languages.load(layout.project)
    manifest = next(one for one in languages.manifests() if one.name == language.name)
    benchmark = arguments.benchmark or language.detect(layout.project).benchmark_command
    if not benchmark:
        raise EnvironmentProblem(
            "no benchmark was found; give the command that the check is to measure with --benchmark 'command'"
        )
    files = installing.written(installing.Pin.parse(arguments.plugin), manifest, benchmark)
    paths = installing.install(layout.project, files, force=arguments.force)
    lines = [f"written: {path}" for path in paths]
    lines += [
        (
            "next: make an environment `codeflash` in the repository's settings, with one login for the model: "
            "the secret ANTHROPIC_API_KEY or CLAUDE_CODE_OAUTH_TOKEN, or the variables for Bedrock or Vertex"
        ),
        "then commit these files to the default branch, and comment `/codeflash optimize` on a pull request",
    ]
    _common.emit(arguments, lines, {"files": [str(path) for path in paths]})
    return DONE


def _gate(arguments: argparse.Namespace) -> int:
    environment = os.environ
    api = Api.from_environment(environment)
    path = Path(environment.get("GITHUB_EVENT_PATH", ""))
    try:
        event = json.loads(path.read_text(encoding="utf-8", errors="replace"))
    except (OSError, ValueError, RecursionError) as error:
        raise EnvironmentProblem(
            f"the event cannot be read ({type(error).__name__}); this runs as a step of GitHub Actions"
        ) from error
    if not isinstance(event, dict):
        raise EnvironmentProblem("the event is no object; this runs for comments on pull requests")
    try:
        decision = gate.decide(event, api.repository, api)
    except ApiProblem as problem:
        if problem.code not in (403, 404):
            raise
        decision = gate.Decision(go=False, why="permission")  # GitHub does not say so of people it does not know
    _outputs(environment, decision.outputs())
    _summary(environment, [f"codeflash gate: {decision.why}", "", decision.said])
    _common.emit(arguments, [f"[ci] {decision.why}"], decision.outputs())
    return DONE


def _session(arguments: argparse.Namespace) -> int:
    environment = os.environ
    order = sessions.Order(_pr_number(environment), environment.get("DOMAIN", ""), _sha(environment))
    status = sessions.run(
        order, arguments.project.resolve(), arguments.out.resolve(), patience_s=arguments.patience, given=environment
    )
    lines = [f"[ci] the client ended with {status}; the result is in {arguments.out}"]
    _common.emit(arguments, lines, {"status": status})
    return NO if status else DONE


def _publish(arguments: argparse.Namespace) -> int:
    """Push what passes, and say what happened; a refusal is said too."""
    environment = os.environ
    api, number, why = Api.from_environment(environment), _pr_number(environment), environment.get("WHY", "")
    if why != "go":
        said = gate.SAID.get(why, "")
        if said:
            api.say(number, comment.OPTIMIZE, f"## codeflash\n\n{said}\n")
        _common.emit(arguments, [f"[ci] {why}: nothing to publish"], {"pushed": "", "why": why})
        return DONE
    pushed, problem, result = "", "", {}
    try:
        result = _read(arguments.result / "result.json")
        comment.session_comment(result, pushed="")  # whatever cannot be said is not pushed either
        pushed = _push(arguments, api, number, environment)
        text = comment.session_comment(result, pushed=pushed)
    except CodeflashError as error:
        problem = str(error)
        text = f"## codeflash\n\n**The session came to nothing that can be published.** {words(problem, 400)}\n"
    text += f"\n{_run_link(environment)}\n"
    api.say(number, comment.OPTIMIZE, text)
    _summary(environment, [text, *_pictured(result if not problem else {})])
    _common.emit(
        arguments, [f"[ci] {problem or 'pushed ' + (pushed[:12] or 'nothing')}"], {"pushed": pushed, "problem": problem}
    )
    return NO if problem else DONE


def _push(arguments: argparse.Namespace, api: Api, number: int, environment: Any) -> str:
    head, ref = _sha(environment), environment.get("HEAD_REF", "")
    if not gate.REF.fullmatch(ref):
        raise EnvironmentProblem("HEAD_REF is no name of a branch that the gate lets through")
    publish.require_repository(arguments.project)
    checked = publish.check(arguments.project, arguments.result / "branch.bundle", head)
    if checked is None:
        return ""
    now = api.pull(number)
    decision = gate.about_branch(now, api.repository, number, "")  # what held then must hold now
    if not decision.go or decision.head_ref != ref:
        raise Refused("the pull request is not what it was when the session began; nothing is pushed")
    publish.require_unmoved(decision.head_sha, head)
    publish.push(arguments.project, checked, ref, environment)
    return checked.commit


def _comment(arguments: argparse.Namespace) -> int:
    """The comment of a check."""
    environment = os.environ
    api, number = Api.from_environment(environment), _pr_number(environment)
    result = _read(arguments.result)
    text = comment.check_comment(result)
    api.say(number, comment.CHECK, text)
    _summary(environment, [text, *comment.picture(result.get("metrics") or {})])
    _common.emit(arguments, [text], {"regressions": result.get("regressions", [])})
    return NO if result.get("regressions") else DONE


def _read(path: Path) -> dict[str, Any]:
    """A result that ran beside code of a branch: size and shape are checked, nothing else is believed."""
    if path.is_symlink() or not path.is_file():
        raise EnvironmentProblem("the session left no result; its log is in the job before")
    if path.stat().st_size > RESULT_BYTES:
        raise comment.Untrusted(f"the result is larger than {RESULT_BYTES // 1_000_000} MB; nothing is published")
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise comment.Untrusted(f"the result is no JSON ({type(error).__name__}); nothing is published") from error
    if not isinstance(document, dict):
        raise comment.Untrusted("the result is no object; nothing is published")
    return document


def _pictured(result: dict[str, Any]) -> list[str]:
    milestones = (result.get("session") or {}).get("milestones") or []
    return comment.picture(milestones[-1]["measurement"]["metrics"]) if milestones else []


def _pr_number(environment: Any) -> int:
    text = environment.get("NUMBER", "")
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 10**9:
        raise EnvironmentProblem("NUMBER is no number of a pull request; it comes from the gate")
    return int(text)


def _sha(environment: Any) -> str:
    text = str(environment.get("HEAD_SHA", ""))
    if not gate.SHA.fullmatch(text):
        raise EnvironmentProblem("HEAD_SHA is no full hash of a commit; it comes from the gate")
    return text


def _run_link(environment: Any) -> str:
    run_id = environment.get("GITHUB_RUN_ID", "")
    server, repository = environment.get("GITHUB_SERVER_URL", ""), environment.get("GITHUB_REPOSITORY", "")
    return (
        f"[The run, with its report]({server}/{repository}/actions/runs/{run_id})"
        if run_id.isdigit() and server
        else ""
    )


def _outputs(environment: Any, values: dict[str, str]) -> None:
    path = environment.get("GITHUB_OUTPUT")
    if path:
        for name, value in values.items():
            atomic.append_line(Path(path), f"{name}={''.join(value.splitlines())}")


def _summary(environment: Any, lines: list[str]) -> None:
    path = environment.get("GITHUB_STEP_SUMMARY")
    if path:
        atomic.append_line(Path(path), "\n".join(lines))
