"""A guide as its reader follows it: files are written, commands are typed, and what comes back is put in its place.

A file is a fenced block after a line such as ``File `firms.csv`:``. Commands stand in ``console`` blocks after ``$ ``;
what they print follows. In what is printed ``…`` stands for anything in its line, a line of only ``…`` for any lines.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
GUIDES = ROOT / "sim" / "docs" / "guides"
BLOCK = re.compile(r"(?P<lead>(?:^[^\n]*\n\n)?)^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"File `([\w./-]+)`")
TREE = (
    "sim", "scenarios", "tests", "experiments", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "CITATION.cff",
    "LICENSE",
)  # fmt: skip
LONGEST_SECONDS = 240
PROMPT, ANYTHING = "$ ", "…"


@dataclass(frozen=True)
class Place:
    """Where a guide is followed: the folder its reader is in, and the environment of the commands."""

    folder: Path
    environment: dict[str, str]

    def run(self, command: str, before: int) -> tuple[str, int]:
        """Type one command after one that ended with the exit code ``before``; what it shows, and its exit code."""
        done = subprocess.run(
            ["sh", "-c", f"(exit {before})\n{command}"],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=LONGEST_SECONDS,
            check=False,
        )
        return done.stdout, done.returncode


def guides() -> list[str]:
    """Guides with commands to run."""
    return sorted(path.name for path in GUIDES.glob("*.md") if "```console" in path.read_text(encoding="utf-8"))


def place_for(guide: str, folder: Path, environment: dict[str, str]) -> Place:
    """An empty folder beside this checkout, or a copy of the checkout for a guide that changes its files."""
    commands, here = folder / "bin", folder / "here"
    commands.mkdir()
    for name, module in (("tideover", " -m sim.cli"), ("python", "")):
        (commands / name).write_text(f'#!/bin/sh\nexec "{sys.executable}"{module} "$@"\n', encoding="utf-8")
        (commands / name).chmod(0o755)
    changes = "```diff" in (GUIDES / guide).read_text(encoding="utf-8")
    (copy_of_the_tree if changes else Path.mkdir)(here)
    kept = {name: value for name, value in environment.items() if not name.startswith(("PYTEST_", "COV_"))}
    kept |= {"PATH": f"{commands}:{kept['PATH']}", "PYTHONPATH": str(here if changes else ROOT), "PYTHONUTF8": "1"}
    kept["GIT_CEILING_DIRECTORIES"] = str(folder)  # the copy is no part of any repository
    if changes:
        kept["TIDEOVER_CACHE_DIR"] = str(folder / "cache")
    return Place(here, kept)


def copy_of_the_tree(folder: Path) -> None:
    """Copy what the commands of a guide that changes the code need."""
    folder.mkdir()
    for name in TREE:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("*.png", ".pytest_cache"))
        else:
            shutil.copy(ROOT / name, folder / name)


def followed(text: str, place: Place) -> str:
    """The guide with its files written, its commands run and what they print put in its place."""
    made, end, code = [], 0, 0
    for block in BLOCK.finditer(text):
        name = NAMED.search(block["lead"])
        inside = block["text"]
        if block["kind"] == "console":
            inside, code = typed(inside, place, code)
        elif name:
            (place.folder / name[1]).parent.mkdir(parents=True, exist_ok=True)
            (place.folder / name[1]).write_text(inside, encoding="utf-8")
        made += [text[end : block.start("text")], inside]
        end = block.end("text")
    return "".join([*made, text[end:]])


def typed(block: str, place: Place, code: int) -> tuple[str, int]:
    """A console block with each command run; the exit code of the last."""
    made = []
    for part in re.split(rf"^(?={re.escape(PROMPT)})", block, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        printed, code = place.run(command.removeprefix(PROMPT), code)
        made.append(f"{command}\n{renewed(shown, printed)}")
    return "".join(made), code


def renewed(shown: str, printed: str) -> str:
    """What a guide shows, made new where it does not fit; lines left out stay out if those shown are still printed."""
    if fits(shown, printed):
        return shown
    lines, left = [], iter(printed.splitlines())
    for line in shown.splitlines():
        found = line if line == ANYTHING else next((other for other in left if label(other) == label(line)), None)
        lines.append(found)
    chosen = "".join(f"{line}\n" for line in lines if line is not None)
    return chosen if None not in lines and fits(chosen, printed) else printed


def label(line: str) -> str:
    """What a line of a table is about: the words before its numbers."""
    return re.split(r" {2,}", line)[0]


def fits(shown: str, printed: str) -> bool:
    """Whether what a guide shows is what was printed."""
    lines = ["(?:.*\n)*?" if line == ANYTHING else wild(line) + "\n" for line in shown.splitlines()]
    return re.fullmatch("".join(lines), printed) is not None


def wild(line: str) -> str:
    """A line as a pattern; ``…`` stands for anything in it."""
    return ".*".join(re.escape(part) for part in line.split(ANYTHING))
