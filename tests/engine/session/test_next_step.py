"""What to do now, chosen by the state alone."""

from __future__ import annotations

from codeflash_agent.session.next_step import next_step
from codeflash_agent.session.records import Candidate
from codeflash_agent.session.state import ProfileEntry
from codeflash_agent.verdict.model import Finding, Verdict

from . import factories

TREE = "t" * 40
PROFILED = factories.session(profiles=[ProfileEntry(1, "profiles/001.json", TREE, "python bench.py", 0, "now")])


def test_an_unprofiled_state_is_profiled_first() -> None:
    """Without a profile of this state nothing else is proposed."""
    assert next_step(factories.session(), [], TREE, None).action == "codeflash-agent profile"


def test_the_first_untried_target_comes_next() -> None:
    """A target of an ended experiment is passed over while another is left."""
    rows = [factories.target("parse"), factories.target("load", "memory")]
    step = next_step(PROFILED, [factories.kept()], TREE, rows)
    assert step.action.startswith("codeflash-agent begin --target app/load.py::load --domains memory ")


def test_an_open_experiment_is_ended_before_anything_else() -> None:
    """Edited, measured and judged experiments each ask for their own next verb."""
    rows = [factories.target()]
    opened = factories.record(1, "open")
    assert next_step(PROFILED, [opened], TREE, rows).action.startswith("make the one fix in /nowhere/optimize")
    opened.candidate = Candidate("c" * 40, ["app/load.py"], [])
    assert next_step(PROFILED, [opened], TREE, rows).action == "codeflash-agent measure"
    verdict = Verdict("keep", "r", "why", ("cpu_s",), ())
    measured = factories.record(1, "measured", candidate=opened.candidate, verdict=verdict)
    assert next_step(PROFILED, [measured], TREE, rows).action.startswith("codeflash-agent keep")


def test_a_finding_comes_before_the_keep() -> None:
    """A gain that may not be real is not proposed for keeping."""
    verdict = Verdict("keep", "r", "why", ("cpu_s",), (), (Finding("output-changed", "the benchmark prints 2 for 1"),))
    measured = factories.record(1, "measured", verdict=verdict)
    step = next_step(PROFILED, [measured], TREE, [factories.target()])
    assert "output-changed" in step.action
    assert step.why == "the benchmark prints 2 for 1"
