"""A published library as a user's repository, and the clients that rehearse on it."""

from __future__ import annotations

import pytest

import clients
from rehearsal import library
from rehearsal.client import offline_environment, run
from rehearsal.messages_api import ScriptedModel
from tests.rehearsal.outcome import PLUGIN

VERSIONS = [pin.label for pin in clients.pins() if pin.name == "claude"]
SESSION_PATIENCE_S = 400


@pytest.fixture(scope="module", params=VERSIONS)
def client(request):
    """The executable of one pinned version of Claude Code."""
    return clients.ensure(request.param)


@pytest.fixture(scope="module")
def project(client, tmp_path_factory):
    """The library, fresh, with the user's work in progress in it."""
    return library.prepare(tmp_path_factory.mktemp("user") / library.NAME, clients.cache_folder() / "library")


@pytest.fixture(scope="module")
def play(client, project, tmp_path_factory):
    """Plays one of the story's scripts in the real client; `kill_when` ends it by SIGKILL."""
    home = tmp_path_factory.mktemp("home")

    def played(story, script, kill_when=None):
        with ScriptedModel(script) as model:
            return run(
                client,
                story.prompt,
                cwd=project.path,
                environment=offline_environment(model, home, {"XDG_CACHE_HOME": str(clients.cache_folder() / "xdg")}),
                plugin=PLUGIN,
                model=model,
                timeout_s=SESSION_PATIENCE_S,
                kill_when=kill_when,
            ).check()

    return played
