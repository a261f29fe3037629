"""The command line as a person meets it first."""

from __future__ import annotations

import pytest

from codeflash_agent import cli


@pytest.mark.parametrize("verb", cli.VERBS)
def test_help_teaches_by_example_and_documents_exit_statuses(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Every verb's --help has an example of itself, --json and the exit statuses."""
    with pytest.raises(SystemExit) as ended:
        cli.main([verb, "--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    assert f"example:\n  codeflash-agent {verb}" in text
    assert "--json" in text
    assert "exit status: 0 done; 1 the honest no" in text


@pytest.mark.parametrize("verb", cli.VERBS)
def test_the_example_is_one_that_the_verb_accepts(verb: str) -> None:
    """What --help shows can be typed."""
    import shlex

    for line in cli.VERBS[verb].EXAMPLE.splitlines():
        words = shlex.split(line)
        assert words[:2] == ["codeflash-agent", verb]
        assert cli.parser().parse_args(words[1:]).verb == verb


@pytest.mark.parametrize(
    "argv", [[], ["optimise"], ["skip"], ["begin", "--domains", "speed"], ["measure", "--budget", "x"]]
)
def test_wrong_usage_is_one_line_and_status_2(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Usage errors name what is wrong and where help is."""
    with pytest.raises(SystemExit) as ended:
        cli.main(argv)
    assert ended.value.code == 2
    error = capsys.readouterr().err
    assert len(error.splitlines()) == 1
    assert "--help" in error


def test_begin_without_a_target_is_one_line_and_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    """Opening an experiment needs what correcting one does not, and the line names all that is missing."""
    assert cli.main(["begin", "--domains", "cpu"]) == 2
    error = capsys.readouterr().err
    assert "say --target --hypothesis" in error
    assert len(error.splitlines()) == 1


def test_the_version_is_the_manifests(capsys: pytest.CaptureFixture[str]) -> None:
    """There is one place for the version."""
    with pytest.raises(SystemExit):
        cli.main(["--version"])
    assert capsys.readouterr().out.strip() == f"codeflash-agent {cli.version()}"
