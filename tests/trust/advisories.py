"""Compare the lock files with published advisories: ``python -m tests.trust.advisories``.

Uses pip-audit, which asks a public database. First it asks about a release that has advisories: where none is named the
network is closed, and that is said in one line with exit code 3. Nothing is known then, which is not nothing found.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.update_licences import LOCKS

NOTHING_KNOWN, FOUND = 3, 1
TIMEOUT = 300
KNOWN = "jinja2==2.4.1"
"""An old release with published advisories: what does not know them knows nothing."""


def audited(path: Path, hashes: bool = True) -> list[dict[str, Any]] | str:
    """Packages of a lock file with what is known of each; or in one line why nothing is."""
    tool = shutil.which("pip-audit")
    if tool is None:
        return "pip-audit is not here: pip install pip-audit"
    words = [tool, "--disable-pip", "--progress-spinner=off", "--format=json", "-r", str(path)]
    try:
        made = subprocess.run(
            [*words, "--require-hashes" if hashes else "--no-deps"],
            capture_output=True, text=True, timeout=TIMEOUT, check=False,
        )  # fmt: skip
        return list(json.loads(made.stdout)["dependencies"])
    except subprocess.TimeoutExpired:
        return f"no answer within {TIMEOUT} s"
    except (ValueError, KeyError, TypeError):
        lines = [line for line in made.stderr.splitlines() if line.strip()]
        return f"no database of advisories was reached ({(lines or ['no reason given'])[-1][:120]})"


def closed() -> str:
    """Why nothing can be known here: asked about a release that has advisories, the database must name some."""
    with tempfile.TemporaryDirectory() as folder:
        asked = Path(folder) / "known.txt"
        asked.write_text(f"{KNOWN}\n", encoding="utf-8")
        found = audited(asked, hashes=False)
    if isinstance(found, str):
        return found
    if any(one.get("vulns") for one in found):
        return ""
    return f"what answers here knows no advisory of {KNOWN}, which has some: the network is closed"


def main() -> int:
    """Print what was found for each Python."""
    if why := closed():
        print(f"nothing is known: {why}")
        return NOTHING_KNOWN
    code = 0
    for version, path in LOCKS.items():
        found = audited(path)
        if isinstance(found, str):
            print(f"Python {version}: nothing is known: {found}")
            code = max(code, NOTHING_KNOWN)
            continue
        for package in [one for one in found if one.get("vulns")]:
            names = ", ".join(one["id"] for one in package["vulns"])
            print(f"Python {version}: {package['name']} {package['version']}: {names}")
            code = max(code, FOUND)
        struck = sum(bool(one.get("vulns")) for one in found)
        print(f"Python {version}: {len(found)} packages compared, {struck} with advisories")
    return code


if __name__ == "__main__":
    sys.exit(main())
