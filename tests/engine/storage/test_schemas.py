"""Files of a session outlive the version that wrote them: every older one is opened, a newer one is refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any, Callable

import pytest

from codeflash_agent.errors import EnvironmentProblem
from codeflash_agent.language import SETUP_SCHEMA
from codeflash_agent.report.page import Material, build
from codeflash_agent.review import state as reviews
from codeflash_agent.session import gains, pull_requests, records, state, targets
from codeflash_agent.storage.layout import Layout

SESSIONS = Path(__file__).parent / "fixtures" / "sessions"
VERSIONS = sorted(path.name for path in SESSIONS.iterdir())
KINDS: dict[str, tuple[str, int, Callable[[Layout], Any]]] = {
    "session": ("session.json", state.SCHEMA, state.load),
    "setup": ("setup.json", SETUP_SCHEMA, state.load_setup),
    "experiments": ("experiments/001.json", records.SCHEMA, records.load_all),
    "reviews": ("reviews/001.json", reviews.SCHEMA, reviews.load_all),
    "pull requests": ("prs/001.json", pull_requests.SCHEMA, pull_requests.load_all),
}


@pytest.fixture(params=VERSIONS)
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Layout:
    """A session's files as one version of the schemas wrote them."""
    shutil.copytree(SESSIONS / request.param, tmp_path / ".codeflash")
    return Layout(tmp_path)


def test_every_version_of_every_schema_has_a_recorded_session() -> None:
    """Whoever raises a version records a session of the one before."""
    newest = max(newest for _file, newest, _load in KINDS.values())
    assert [str(number) for number in range(1, newest + 1)] == VERSIONS


@pytest.mark.parametrize("kind", KINDS)
def test_an_older_file_is_opened(old: Layout, kind: str) -> None:
    """Each kind of file is read as it was written then."""
    _file, _newest, load = KINDS[kind]
    assert load(old)


def test_an_older_session_still_makes_a_report(old: Layout) -> None:
    """Figures, targets and review of a session that an older version ran come out whole."""
    session, all_records = state.load(old), records.load_all(old)
    assert [record.state for record in all_records] == ["keep", "discard"]
    assert len(records.load_pairs(old, all_records[0], records.MAIN)) == 3
    rows = targets.load(old, session, session.profiles[0])
    assert rows[0].score > rows[-1].score > 0
    page = build(
        Material(
            "sqlparse",
            "0.1.0",
            session,
            all_records,
            gains.products(all_records),
            {},
            None,
            None,
            reviews.load_all(old),
            None,
        )
    )
    assert "1.66×" in page  # noqa: RUF001


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("version", [99, 0, None, "1", True])
def test_a_file_that_cannot_be_known_is_refused_in_one_line(old: Layout, kind: str, version: Any) -> None:
    """A newer version's file names the way out; one without a version is none of ours."""
    file, _newest, load = KINDS[kind]
    path = old.common / file
    path.write_text(json.dumps({**json.loads(path.read_text()), "schema_version": version}))
    if kind == "setup":
        path.write_text(
            json.dumps({key: value for key, value in json.loads(path.read_text()).items() if key != "schema_version"})
        )
        assert load(old), "people write this file too, and need not know of versions"
        path.write_text(json.dumps({**json.loads(path.read_text()), "schema_version": version}))
    with pytest.raises(EnvironmentProblem, match="update the plugin" if version == 99 else "none of codeflash's files"):
        load(old)
