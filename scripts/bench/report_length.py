"""How many tokens the text of a profile takes, by a public tokenizer, beside the estimate that bounds it.

    python scripts/bench/unharmed.py --keep FOLDER        profiles of published packages' test suites, all passes
    python scripts/bench/report_length.py FOLDER [...]    each document rendered anew, and counted

The tokenizer is the one that the `anthropic` package carried up to 0.34, in an environment of its own; newer ones are not
published. Exit status 1 when a text takes 1,500 tokens or more.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "plugin" / "languages" / "python"))

from profiler.render import text  # noqa: E402
from profiler.render.length import tokens  # noqa: E402

CARRIER, READER, LIMIT = "anthropic==0.34.2", "tokenizers==0.22.1", 1500
COUNT = """
import json, sys, tokenizers
tokenizer = tokenizers.Tokenizer.from_file(sys.argv[1])
print(json.dumps([len(tokenizer.encode(text).ids) for text in json.load(sys.stdin)]))
"""


def counted(texts: list[str]) -> list[int]:
    """Tokens of each text by the tokenizer.

    Raises:
        subprocess.CalledProcessError: it could not be installed.
    """
    with tempfile.TemporaryDirectory(prefix="codeflash-tokens-") as place:
        venv.create(place, with_pip=True)
        python = str(Path(place, "bin", "python"))
        pip = [python, "-m", "pip", "-q", "--disable-pip-version-check"]
        subprocess.run([*pip, "install", READER], check=True)
        subprocess.run([*pip, "download", "--no-deps", "-d", place, CARRIER], check=True)
        (wheel,) = Path(place).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            path = archive.extract("anthropic/tokenizer.json", place)
        done = subprocess.run(
            [python, "-c", COUNT, path], input=json.dumps(texts), capture_output=True, text=True, check=True
        )
    found: list[int] = json.loads(done.stdout)
    return found


def main(arguments: list[str]) -> int:
    """Print the table; gives the exit status."""
    paths = sorted(path for folder in arguments for path in Path(folder).glob("*.json"))
    if not paths:
        print("report_length: name folders with profiles as JSON; unharmed.py --keep makes one", file=sys.stderr)
        return 2
    texts = [text.render(json.loads(path.read_text(encoding="utf-8"))) for path in paths]
    rows = list(zip(paths, texts, counted(texts)))
    print(
        "| profile of | functions seen | characters | tokens | estimate / tokens |\n| --- | ---: | ---: | ---: | ---: |"
    )
    for path, report, count in rows:
        functions = len(json.loads(path.read_text(encoding="utf-8"))["functions"])
        print(f"| {path.stem} | {functions} | {len(report)} | {count} | {tokens(report) / count:.2f} |")
    longest = max(count for _, _, count in rows)
    print(f"\n{len(rows)} reports, the longest of {longest} tokens (limit {LIMIT})")
    return int(longest >= LIMIT)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
