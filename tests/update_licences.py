"""Write ``sim/docs/licences.md``: what each package of the lock files is licensed under, as its own metadata says.

``python -m tests.update_licences``, in an environment made from a lock file.
"""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCKS = {version: ROOT / ".locks" / f"requirements-{version}.txt" for version in ("3.11", "3.13")}
TARGET = ROOT / "sim" / "docs" / "licences.md"
PIN = re.compile(r"^([A-Za-z0-9_.-]+)==([^\s;]+)(?: ; [^\\]+)? ?\\?$", re.MULTILINE)
LONGEST = 60
UNSAID = "not said in its metadata"
HEAD = """# Licences

Packages that an install from the lock files brings (`.locks`, with the extras `analysis`, `cluster`, `web`), and what
the metadata of each says of its licence. Written by `python -m tests.update_licences`; Tideover itself is under the
[MIT licence](../../LICENSE).

| package | Python 3.11 | Python 3.13 | licence |
|---|---|---|---|
"""


def pins(path: Path) -> dict[str, str]:
    """Version of each package of a lock file."""
    return dict(PIN.findall(path.read_text(encoding="utf-8")))


def licence_of(name: str) -> str:
    """What the metadata of an installed package says, in one short line."""
    try:
        about = metadata(name)
    except PackageNotFoundError:
        return "not installed where this was written"
    if expression := about.get("License-Expression"):
        return str(expression)
    marks = [one.split(" :: ")[-1] for one in about.get_all("Classifier") or [] if one.startswith("License ::")]
    marks = [one for one in marks if one != "OSI Approved"]
    if marks:
        return ", ".join(marks)
    lines = str(about.get("License") or UNSAID).strip().splitlines()
    return lines[0][:LONGEST].replace("|", "/") if lines else UNSAID


def table() -> str:
    """The whole document."""
    found = {version: pins(path) for version, path in LOCKS.items()}
    names = sorted({name for one in found.values() for name in one})
    rows = [
        f"| {name} | {' | '.join(found[version].get(name, '–') for version in LOCKS)} | {licence_of(name)} |"
        for name in names
    ]
    return HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    TARGET.write_text(table(), encoding="utf-8", newline="\n")
    print(f"{TARGET.relative_to(ROOT)}: {len(pins(LOCKS['3.11']))} and {len(pins(LOCKS['3.13']))} packages")
