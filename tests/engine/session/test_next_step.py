"""What to do now, chosen by the state alone."""

from __future__ import annotations

import pytest

from codeflash_agent.measure.model import Method
from codeflash_agent.review.state import Due
from codeflash_agent.session import goals, plateau, targets
from codeflash_agent.session.next_step import after_verdict, next_step
from codeflash_agent.session.records import Candidate
from codeflash_agent.session.state import Milestone, ProfileEntry, Skip
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
    assert next_step(PROFILED, [measured], TREE, rows).action == "codeflash-agent keep --message 'perf: …'"
    measured.verdict = Verdict("keep", "net positive", "why", ("cpu_s",), ("rss_mib",))
    assert next_step(PROFILED, [measured], TREE, rows).action.endswith("--trade-off '…'")


def test_a_finding_comes_before_the_keep() -> None:
    """A gain that may not be real is not proposed for keeping."""
    verdict = Verdict("keep", "r", "why", ("cpu_s",), (), (Finding("output-changed", "the benchmark prints 2 for 1"),))
    measured = factories.record(1, "measured", verdict=verdict)
    step = next_step(PROFILED, [measured], TREE, [factories.target()])
    assert "output-changed" in step.action
    assert step.why == "the benchmark prints 2 for 1"


def test_a_gain_of_one_input_is_discarded_or_made_one_of_both() -> None:
    """The second input's finding has its own words; beside another gate the usual ones hold."""
    second, other = Finding("second-input", "less"), Finding("output-changed", "2 for 1")
    found = factories.record(1, "measured")
    only = after_verdict(found, Verdict("keep", "net positive", "cpu", ("cpu_s",), (), (second,)))
    assert only.action.startswith("codeflash-agent discard")
    assert "both inputs" in only.action
    both = after_verdict(found, Verdict("keep", "net positive", "cpu", ("cpu_s",), (), (second, other)))
    assert both.action.startswith("undo what the gates saw (output-changed, second-input)")


def test_what_was_tried_in_vain_or_skipped_is_no_headroom() -> None:
    """With every row discarded or skipped the floor is reached, and it names the milestone that is still due first."""
    rows = [factories.target("parse"), factories.target("load"), factories.target("main")]
    decided = [factories.kept(1, target="app/load.py::load"), factories.record(2, "discard")]
    session = factories.session(
        profiles=PROFILED.profiles, skipped=[Skip("load.py::main", "calls the others in turn", "now")]
    )
    assert [row.function for row in targets.left(rows, decided, session)] == ["load"]
    assert targets.fates(rows, decided, session) == {
        "app/load.py::parse": "discard (2)",
        "app/load.py::load": "keep (1)",
        "app/load.py::main": "left alone",
    }
    decided.append(factories.record(3, "discard", target="app/load.py::load"))
    assert targets.left(rows, decided, session) == []
    assert plateau.standing(decided, {}).state == plateau.FLOOR
    assert next_step(session, decided, TREE, rows).action == "codeflash-agent milestone"
    session.milestones.append(Milestone(1, "codeflash/optimize-v1", "a" * 40, 1, factories.measurement(), "now"))
    assert next_step(session, decided, TREE, rows).action == "codeflash-agent report --complete"
    due = Due("codeflash-agent review", "no reviewer has seen it")
    assert next_step(session, decided, TREE, rows, due).action == "codeflash-agent review"


def test_another_method_opens_what_an_earlier_one_discarded() -> None:
    """What the former benchmark could not see may be tried by the present one; what that one discarded stays closed."""
    rows, session = [factories.target("parse")], factories.session()
    by_the_former = factories.record(1, "discard", method=Method("python small.py").digest)
    assert targets.left(rows, [by_the_former], session) == rows
    by_this = factories.record(2, "discard", method=session.method.digest)
    assert targets.left(rows, [by_the_former, by_this], session) == []


def test_three_keeps_make_a_milestone_due() -> None:
    """The whole is measured against the start every third keep."""
    rows = [factories.target("other")]
    decided = [factories.kept(1), factories.kept(2)]
    assert next_step(PROFILED, decided, TREE, rows).action.startswith("codeflash-agent begin")
    decided.append(factories.kept(3))
    step = next_step(PROFILED, decided, TREE, rows)
    assert step.action == "codeflash-agent milestone"
    assert "; then codeflash-agent begin --target app/load.py::other " in step.why


def test_a_profile_of_another_command_is_a_look_aside() -> None:
    """Only a profile of the locked benchmark opens the way; one of a larger input does not replace its table."""
    aside = ProfileEntry(2, "profiles/002.json", TREE, "python large.py", 0, "now")
    session = factories.session(profiles=[*PROFILED.profiles, aside])
    assert targets.current_profile(session, TREE).number == 1
    assert targets.current_profile(factories.session(profiles=[aside]), TREE) is None


def test_a_goal_that_names_one_domain_puts_its_targets_first() -> None:
    """The first row of the domain that the user named comes before rows of others, until it is exhausted."""
    rows = [factories.target("parse", "cpu"), factories.target("load", "memory")]
    session = factories.session(profiles=PROFILED.profiles, goal="less memory, please")
    step = next_step(session, [], TREE, rows)
    assert step.action.startswith("codeflash-agent begin --target app/load.py::load ")
    assert "the goal names memory" in step.why
    vain = [factories.record(number, "discard", target=f"x.py::{number}", dimension="memory") for number in (1, 2, 3)]
    assert "load.py::parse" in next_step(session, vain, TREE, rows).action


def test_a_goal_of_one_domain_alone_ends_with_its_targets() -> None:
    """Only memory: a row of another domain is no reason to go on; what was kept is measured whole first."""
    session = factories.session(profiles=PROFILED.profiles, goal="only reduce memory")
    both = [factories.target("fast", "cpu"), factories.target("lean", "memory")]
    assert "--domains memory" in next_step(session, [], TREE, both).action
    assert next_step(session, [], TREE, both[:1]).action == "codeflash-agent report --complete"
    assert next_step(session, [factories.kept()], TREE, both[:1]).action == "codeflash-agent milestone"
    open_minded = factories.session(profiles=PROFILED.profiles, goal="less memory, please")
    assert next_step(open_minded, [], TREE, both[:1]).action.startswith("codeflash-agent begin")


@pytest.mark.parametrize(
    ("goal", "domain"),
    [
        ("it uses too much memory", "memory"),
        ("faster imports", "structure"),
        ("lower the latency", "async"),
        ("make it faster", None),
        ("less CPU and less memory", None),
        ("the diagram program", None),
    ],
)
def test_a_domain_is_named_alone_or_not_at_all(goal: str, domain: str | None) -> None:
    """Whole words count, and several domains are no order."""
    assert goals.domain_of(goal) == domain
