#!/usr/bin/env python3
"""Checks of a plugin folder that `claude plugin validate` does not make.

    python scripts/plugin_checker.py plugin dist/python

Claude Code drops or ignores without a word much of what is wrong in a plugin: an unknown tool, a field that plugin
agents may not have, a hook event of another version. Each of these is a line here. Exit status 0: nothing found and
something checked; 1: problems, one line each; 2: not a folder, or PyYAML is missing.
"""

from __future__ import annotations

import json
import os
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hook_checker

if TYPE_CHECKING:
    from collections.abc import Iterator

try:
    import yaml
except ImportError:  # pragma: no cover  the development environment has it
    sys.exit("plugin_checker: PyYAML is missing; run it as .venv/bin/python after `make venv`")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


LEAD_WORDS, AGENT_WORDS, ROUTER_LINES = 1800, 1000, 100
LEAD, ROUTER = "codeflash-deep", "optimize"

# What both supported clients know (2.1.197 and 2.1.330).
TOOLS = _words(
    "Agent Task Bash BashOutput KillShell Edit Write Read NotebookEdit Grep Glob LSP WebFetch WebSearch Skill ToolSearch"
    " SendMessage TaskCreate TaskGet TaskList TaskUpdate TaskOutput TaskStop TodoWrite EnterWorktree ExitWorktree"
)
MCP_TOOL = re.compile(r"mcp__[A-Za-z0-9_-]+?__(\*|[A-Za-z0-9_-]+)")
COLORS = _words("red blue green yellow purple orange pink cyan")
MODELS = re.compile(r"(sonnet|opus|haiku|fable|inherit|claude-[a-z0-9.-]+)(\[1m\])?")
EFFORTS = _words("low medium high xhigh max")
AGENT_FIELDS = _words(
    "name description tools disallowedTools model maxTurns skills memory background isolation color effort"
)
IGNORED_FIELDS = frozenset(("hooks", "permissionMode", "mcpServers"))
SKILL_FIELDS = _words(
    "name description argument-hint arguments allowed-tools user-invocable disable-model-invocation model effort context"
    " agent when_to_use paths shell license metadata"
)

ROOT_PATH = re.compile(r"\$\{CLAUDE_PLUGIN_ROOT\}/?([A-Za-z0-9_./*-]*)(<)?")
REFERENCE = re.compile(r"(?<![\w/}.-])((?:[\w-]+/)*references/[\w./-]+\.(?:md|py|json))")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
# The brackets keep these very words out of this file.
REGISTRY = re.compile(
    r"p[y]pi\.org|pythonhost[e]d|registry\.np[m]js|deb\.debia[n]|crates\.i[o]|proxy\.golan[g]", re.IGNORECASE
)
TEXT_SUFFIXES = _words(".md .json .py .sh .toml .txt .in .yml .yaml .cfg")


@dataclass(frozen=True)
class Page:
    """A Markdown file with frontmatter; `fields` is None where it has none that parses."""

    path: Path
    text: str
    fields: dict[str, Any] | None
    body: str
    error: str = ""


@dataclass
class Checked:
    """What was looked at and what is wrong."""

    agents: int = 0
    skills: int = 0
    problems: list[str] = field(default_factory=list)


def read_page(path: Path) -> Page:
    """Split a Markdown file into frontmatter and body."""
    text = path.read_text(encoding="utf-8")
    match = re.match(r"---\n(.*?)\n---[ ]*(?:\n|$)(.*)", text, re.DOTALL)
    if match is None:
        return Page(path, text, None, text, "no frontmatter: the file must begin with a line ---")
    try:
        fields = yaml.safe_load(match.group(1))
    except yaml.YAMLError as error:
        return Page(path, text, None, match.group(2), f"frontmatter does not parse: {' '.join(str(error).split())}")
    if not isinstance(fields, dict):
        return Page(path, text, None, match.group(2), "frontmatter is not a mapping of fields")
    return Page(path, text, fields, match.group(2))


class PluginChecker:
    """Checks one plugin folder."""

    def __init__(self, root: Path) -> None:
        """Look at the plugin in `root`, which holds `.claude-plugin/plugin.json`."""
        self.root = root
        self.checked = Checked()

    def run(self) -> Checked:
        """Make every check and return what was found."""
        manifest = self._manifest()
        agents = [read_page(path) for path in self._agent_files(manifest)]
        skills = [read_page(path) for path in sorted(self.root.glob("skills/*/SKILL.md"))]
        self.checked.agents, self.checked.skills = len(agents), len(skills)
        if not agents and not skills:
            self._say(self.root, "checked nothing: no agent and no skill here; give the folder of a plugin")
            return self.checked
        skill_names = {page.path.parent.name for page in skills}
        # The file's name counts too: where it differs from the field, that is reported once, at the agent.
        agent_names = {str((page.fields or {}).get("name")) for page in agents} | {page.path.stem for page in agents}
        plugin = str(manifest.get("name", ""))
        self._unique(agents)
        for page in agents:
            self._agent(page, skill_names)
        for page in skills:
            self._skill(page, plugin)
        for page in [*agents, *skills]:
            self._mentions(page, plugin, agent_names | skill_names)
        self._layout(skills)
        self._executables()
        self._hooks(manifest)
        self._references()
        self._addresses()
        return self.checked

    def _say(self, path: Path, problem: str) -> None:
        place = path.relative_to(self.root) if path != self.root else path
        self.checked.problems.append(f"{place}: {problem}")

    # The manifest and what it lists.

    def _manifest(self) -> dict[str, Any]:
        path = self.root / ".claude-plugin" / "plugin.json"
        if not path.is_file():
            return {}
        document = self._json(path)
        for key in ("name", "version", "description"):
            if not document.get(key):
                self._say(path, f"{key} is missing")
        return document

    def _json(self, path: Path) -> dict[str, Any]:
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            self._say(path, f"no JSON: {error}")
            return {}
        if not isinstance(document, dict):
            self._say(path, "not a JSON object")
            return {}
        return document

    def _agent_files(self, manifest: dict[str, Any]) -> list[Path]:
        where = self.root / ".claude-plugin" / "plugin.json"
        default = sorted((self.root / "agents").glob("*.md"))
        if "agents" not in manifest:
            return default
        listed = manifest["agents"]
        files = []
        for entry in [listed] if isinstance(listed, str) else listed:
            path = self.root / entry
            if path.suffix != ".md" or "*" in entry:
                self._say(where, f"agents may list .md files only, no folders or patterns: {entry}")
            elif not path.is_file():
                self._say(where, f"the agent {entry} does not exist")
            else:
                files.append(path)
        for path in default:
            if path.resolve() not in {file.resolve() for file in files}:
                self._say(path, "is not in plugin.json's list of agents, so it is never loaded")
        return files

    # Agents and skills.

    def _unique(self, agents: list[Page]) -> None:
        seen: dict[str, Path] = {}
        for page in agents:
            name = str((page.fields or {}).get("name", ""))
            if name and name in seen:
                self._say(page.path, f"the name {name} is also that of {seen[name].relative_to(self.root)}")
            seen[name] = page.path

    def _agent(self, page: Page, skills: set[str]) -> None:
        if page.path.stem.upper() == "README":
            self._say(page.path, "every .md among the agents becomes an agent, a README too; move it away")
            return
        if page.fields is None:
            self._say(page.path, page.error)
            return
        fields = page.fields
        self._name_and_description(page, page.path.stem, "the file is called")
        for key in fields:
            if key in IGNORED_FIELDS:
                self._say(page.path, f"{key} is silently ignored in a plugin's agent; take it out")
            elif key not in AGENT_FIELDS:
                self._say(page.path, f"unknown field {key}")
        self._tools(page, "tools", "disallowedTools")
        self._choices(page)
        for skill in _entries(fields.get("skills")):
            if skill.rpartition(":")[2] not in skills:
                self._say(page.path, f"preloads the skill {skill}, which does not exist")
        limit = LEAD_WORDS if page.path.stem == LEAD else AGENT_WORDS
        self._length(page, limit)

    def _tools(self, page: Page, *keys: str) -> None:
        for key in keys:
            for tool in _entries((page.fields or {}).get(key)):
                name = tool.partition("(")[0].strip()
                if name not in TOOLS and not MCP_TOOL.fullmatch(name):
                    self._say(page.path, f"unknown tool {name} in {key}: Claude Code would drop it without a word")

    def _choices(self, page: Page) -> None:
        fields = page.fields or {}
        allowed = {
            "color": COLORS,
            "effort": EFFORTS,
            "memory": {"user", "project", "local"},
            "isolation": {"worktree"},
        }
        for key, values in allowed.items():
            if key in fields and fields[key] not in values:
                self._say(page.path, f"unknown {key} {fields[key]}; known: {', '.join(sorted(values))}")
        if "model" in fields and not MODELS.fullmatch(str(fields["model"])):
            self._say(
                page.path, f"unknown model {fields['model']}; use sonnet, opus, haiku, fable, inherit or a full id"
            )
        if "background" in fields and not isinstance(fields["background"], bool):
            self._say(page.path, "background is true or false")
        turns = fields.get("maxTurns", 1)
        if not isinstance(turns, int) or isinstance(turns, bool) or turns < 1:
            self._say(page.path, "maxTurns is a whole number above 0")
        writes = fields.get("memory") and not {"Write", "Edit"} & set(_entries(fields.get("tools")) or ("Write",))
        if writes:
            self._say(page.path, "memory forces Read, Write and Edit on; a read-only agent must not have it")

    def _skill(self, page: Page, plugin: str) -> None:
        if page.fields is None:
            self._say(page.path, page.error)
            return
        self._name_and_description(page, page.path.parent.name, "the folder is called")
        if page.fields.get("name") == plugin:
            self._say(page.path, f"a skill with the plugin's own name breaks /{plugin} <skill>; give it another name")
        for key in page.fields:
            if key not in SKILL_FIELDS:
                self._say(page.path, f"unknown field {key}")
        self._tools(page, "allowed-tools")
        if re.search(r"\$\d", page.body):
            self._say(page.path, "uses $0, $1 …; only $ARGUMENTS holds the user's whole text in both clients")
        if page.path.parent.name == ROUTER:
            lines = len(page.text.splitlines())
            if lines > ROUTER_LINES:
                self._say(page.path, f"{lines} lines; the router has at most {ROUTER_LINES}")
        else:
            self._length(page, AGENT_WORDS)

    def _name_and_description(self, page: Page, expected: str, what: str) -> None:
        fields = page.fields or {}
        if not fields.get("name"):
            self._say(page.path, "name is missing")
        elif fields["name"] != expected:
            self._say(page.path, f"name is {fields['name']}, but {what} {expected}")
        if not str(fields.get("description") or "").strip():
            self._say(page.path, "description is missing: nobody would know when to use it")

    def _length(self, page: Page, limit: int) -> None:
        words = len(page.body.split())
        if words > limit:
            self._say(page.path, f"{words} words; at most {limit}. Move details to a reference")

    def _mentions(self, page: Page, plugin: str, known: set[str]) -> None:
        for match in ROOT_PATH.finditer(page.text):
            self._path_exists(page.path, match.group(1).rstrip("."), open_end=bool(match.group(2)))
        for match in REFERENCE.finditer(page.body):
            name = match.group(1)
            places = [self.root / name, *(folder / name for folder in self.root.glob("languages/*"))]
            if not any(place.exists() for place in places):
                self._say(page.path, f"names {name}, which does not exist")
        if plugin:
            for name in sorted(set(re.findall(rf"(?<![\w/.-]){re.escape(plugin)}:([a-z][a-z0-9-]*)", page.text))):
                if name not in known:
                    self._say(page.path, f"names {plugin}:{name}, which is neither an agent nor a skill here")

    def _path_exists(self, page: Path, name: str, *, open_end: bool) -> None:
        """`open_end` where a placeholder follows, as in `languages/<language>/`: the part before it must exist."""
        if open_end:
            name = name.rpartition("/")[0]
        exists = any(self.root.glob(name)) if "*" in name else (self.root / name).exists()
        if name and not exists:
            self._say(page, f"names ${{CLAUDE_PLUGIN_ROOT}}/{name}, which does not exist")

    # The rest of the folder.

    def _layout(self, skills: list[Page]) -> None:
        if (self.root / "SKILL.md").exists():
            self._say(self.root / "SKILL.md", "a skill at the root breaks /plugin skill; put it into skills/<name>/")
        if (self.root / "commands").exists():
            self._say(self.root / "commands", "commands/ breaks one of the forms of /plugin skill; use skills/")
        found = {page.path.parent for page in skills}
        for folder in sorted((self.root / "skills").glob("*")):
            if folder.is_dir() and folder not in found:
                self._say(folder, "has no SKILL.md")

    def _executables(self) -> None:
        for path in sorted((self.root / "bin").glob("*")):
            if path.is_file() and not os.access(path, os.X_OK):
                self._say(path, "is not executable; run chmod +x and commit the mode")

    def _hooks(self, manifest: dict[str, Any]) -> None:
        named = manifest.get("hooks")
        path = self.root / (named if isinstance(named, str) else "hooks/hooks.json")
        if isinstance(named, str) and not path.is_file():
            self._say(self.root / ".claude-plugin" / "plugin.json", f"the hooks file {named} does not exist")
        if not path.is_file():
            return
        document = self._json(path)
        for problem in hook_checker.problems(self.root, document):
            self._say(path, problem)
        for match in ROOT_PATH.finditer(path.read_text(encoding="utf-8")):
            self._path_exists(path, match.group(1), open_end=bool(match.group(2)))

    def _references(self) -> None:
        for path in sorted(self.root.rglob("*.md")):
            inside = path.relative_to(self.root).parts
            text = path.read_text(encoding="utf-8")
            if "references" in inside and "${CLAUDE_PLUGIN_ROOT}" in text:
                self._say(path, "contains ${CLAUDE_PLUGIN_ROOT}, which is not replaced in a file that an agent reads")
            for target in LINK.findall(text):
                if (
                    "://" not in target
                    and not target.startswith(("mailto:", "$"))
                    and not (path.parent / target).exists()
                ):
                    self._say(path, f"links to {target}, which does not exist")

    def _addresses(self) -> None:
        for path in _text_files(self.root):
            match = REGISTRY.search(path.read_text(encoding="utf-8", errors="replace"))
            if match:
                self._say(path, f"names the registry host {match.group(0)}; installers know where to ask")


def _entries(value: Any) -> list[str]:
    """A field that is a list, or a text with commas outside brackets."""
    if value is None:
        return []
    if isinstance(value, list):
        return [str(entry).strip() for entry in value]
    return [entry.strip() for entry in re.split(r",(?![^(]*\))", str(value)) if entry.strip()]


def _text_files(root: Path) -> Iterator[Path]:
    for path in sorted(root.rglob("*")):
        if (
            path.is_file()
            and (path.suffix in TEXT_SUFFIXES or path.parent.name == "bin")
            and "__pycache__" not in path.parts
        ):
            yield path


def main(argv: list[str]) -> int:
    """Check each folder in `argv`, print what is wrong, and return the exit status."""
    if not argv or argv[0] in ("-h", "--help"):
        print(__doc__)
        return 0 if argv else 2
    status = 0
    for name in argv:
        root = Path(name)
        if not root.is_dir():
            print(f"plugin_checker: {name} is not a folder; give the folder of a plugin", file=sys.stderr)
            return 2
        checked = PluginChecker(root).run()
        for problem in checked.problems:
            print(f"{name}: {problem}" if not problem.startswith(str(root)) else problem)
        if checked.problems:
            status = 1
        else:
            print(f"{name}: {checked.agents} agents and {checked.skills} skills checked, nothing wrong")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
