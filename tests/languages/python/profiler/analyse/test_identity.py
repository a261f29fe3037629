"""Files, names and distributions."""

from __future__ import annotations

from profiler.analyse.distributions import Distributions
from profiler.analyse.identity import Resolver
from profiler.analyse.source import Source
from tests.languages.python.profiler.synthetic import Recording


def resolve(root, file, name="f", line=1):
    """The function of one code object."""
    recording = Recording(root)
    (function,) = Resolver(root).stack(recording.process, recording.stack((file, name, line)))
    return function


def test_environment_inside_the_source_root_is_not_own(tmp_path):
    """Packages of an environment below the source root are libraries; the same file at the top is the project's."""
    assert not resolve(tmp_path, str(tmp_path / ".venv/lib/python3.11/site-packages/x/y.py")).own
    assert resolve(tmp_path, str(tmp_path / "x/y.py")).own


def test_installed_package_as_source_root(tmp_path):
    """A source root inside site-packages makes that package the project's own."""
    root = tmp_path / "site-packages" / "package"
    root.mkdir(parents=True)
    function = resolve(root, str(root / "core.py"))
    assert function.own
    assert function.file == "core.py"


def test_symlinked_source_root(tmp_path):
    """Code that ran under another name of the same folder is recognised."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    assert resolve(tmp_path / "link", str(tmp_path / "real" / "m.py")).own
    assert resolve(tmp_path / "real", str(tmp_path / "link" / "m.py")).own


def test_relative_file_names(tmp_path):
    """A relative file name belongs to the folder in which its process began."""
    assert resolve(tmp_path, "m.py").file == "m.py"


def test_names_lose_locals(tmp_path):
    """`<locals>` is no part of a name; exec'd code has no file below the root."""
    assert resolve(tmp_path, "m.py", "outer.<locals>.inner").name == "outer.inner"
    assert not resolve(tmp_path, "<string>").own


def test_definitions_of_a_file():
    """Decorators belong to a function, nested ones are named by what is around, classes are no functions."""
    source = Source(
        "import x\n@x.y\n@x.z\ndef f():\n    def g():\n        pass\nclass C:\n    a = 1\n    def m(self): pass\n"
    )
    assert source.around(2).name == "f"
    assert source.around(6).name == "f.g"
    assert source.around(9).name == "C.m"
    assert source.around(8) is None
    assert source.around(1) is None
    assert source.beginning(2, "f").name == "f"


def test_file_that_does_not_parse_has_no_definitions():
    """Broken source and NUL bytes are no reason to fail."""
    assert Source("def (:").around(1) is None
    assert Source("a\0b").definitions == []


def test_distribution_by_metadata(tmp_path):
    """A file is its distribution's by RECORD; in a shared namespace by the exact file; else by its top folder's name."""
    site = tmp_path / "site-packages"
    for name, version, files in (
        ("Py_YAML", "6.0", ("yaml/__init__.py", "_yaml/__init__.py")),
        ("ns-one", "1", ("ns/one.py",)),
        ("ns-two", "2", ("ns/two.py", "../../bin/two")),
    ):
        folder = site / f"{name}-{version}.dist-info"
        folder.mkdir(parents=True)
        (folder / "RECORD").write_text("".join(f"{file},sha256=x,1\n" for file in files), encoding="utf-8")
        (folder / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {name.replace('_', '')}\nVersion: {version}\n\nName: no\n", encoding="utf-8"
        )
    found = Distributions()
    assert found.of(f"{site}/yaml/loader.py") == ("PyYAML", "6.0")
    assert found.of(f"{site}/ns/one.py") == ("ns-one", "1")
    assert found.of(f"{site}/ns/two.py") == ("ns-two", "2")
    assert found.of(f"{site}/unknown/a.py") == ("unknown", "")
    assert found.of("/somewhere/else.py") is None
