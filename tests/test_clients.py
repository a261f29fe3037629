"""Installing pinned clients: what is refused, and the lines that people get."""

from __future__ import annotations

import dataclasses
import json

import pytest

import clients


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache for clients."""
    monkeypatch.setenv("CODEFLASH_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "clients"


def test_every_pin_covers_every_platform_alike():
    """Each pinned version has a sha512 for the main package and for the same native packages."""
    first, *others = (
        {package: value[:7] for package, value in pin.packages.items()}
        for pin in clients.pins()
        if pin.name == "claude"
    )

    assert set(first.values()) == {"sha512-"}
    assert len(first) == 9
    assert all(other == first for other in others)


def test_codex_is_pinned_for_every_platform_that_it_builds_for():
    """Its native packages are versions of the main one, and each has its sha512."""
    (pin,) = (pin for pin in clients.pins() if pin.name == "codex")

    assert pin.natives_are_versions
    assert len(pin.packages) == 7
    assert all(value.startswith("sha512-") for value in pin.packages.values())
    main, native = pin.needed_here()
    lock = clients._lock(pin, native)["packages"]
    assert lock[f"node_modules/{native}"]["name"] == main
    assert lock[f"node_modules/{native}"]["version"].startswith(f"{pin.version}-")


def test_an_unknown_client_is_a_usage_error(capsys):
    """A label that is not pinned ends with status 2 and the labels that are."""
    assert clients.main(["claude-0.0.1"]) == 2
    assert "no client claude-0.0.1 is pinned" in capsys.readouterr().err


def test_missing_node_is_said_in_one_line(cache, monkeypatch, tmp_path, capsys):
    """Without node on PATH the line says what to install, and nothing is left behind."""
    monkeypatch.setenv("PATH", str(tmp_path))

    assert clients.main(["claude-2.1.330"]) == 2
    assert capsys.readouterr().err.startswith("clients: node is not on PATH; install node")
    assert not cache.exists()


@pytest.mark.client
@pytest.mark.slow
def test_contents_of_another_hash_are_refused(cache, monkeypatch, capsys):
    """A package that is not the pinned one is not installed, and its files do not stay."""
    true = clients.pinned("claude-2.1.197")
    wrong = "sha512-" + "A" * 86 + "=="
    tampered = dataclasses.replace(true, packages={**true.packages, true.package: wrong})
    monkeypatch.setattr(clients, "pins", lambda: [tampered])

    assert clients.main([tampered.label]) == 2
    assert "npm could not install claude-2.1.197" in capsys.readouterr().err
    assert not (cache / tampered.label).exists()
    assert [path.name for path in cache.iterdir()] == [".lock"]


def test_an_installed_client_that_was_changed_is_refused(cache, capsys):
    """What npm recorded at installation is compared with the pins at every use."""
    pin = clients.pinned("claude-2.1.330")
    folder = cache / pin.label / "node_modules"
    folder.mkdir(parents=True)
    packages = {f"node_modules/{package}": {"integrity": "sha512-other"} for package in pin.packages}
    (folder / ".package-lock.json").write_text(json.dumps({"packages": packages}))

    assert clients.main([pin.label]) == 2
    assert "is not the pinned one" in capsys.readouterr().err
