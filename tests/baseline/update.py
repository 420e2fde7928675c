"""Write the numbers anew and print what moved: ``python -m tests.baseline.update``. Say why in CHANGELOG.md."""

from __future__ import annotations

import json

from tests.baseline import numbers


def main() -> None:
    """Compute, compare, write."""
    old = numbers.kept() if numbers.FILE.is_file() else {}
    new = numbers.computed()
    lines = numbers.moved(old, new)
    numbers.FILE.write_text(json.dumps(new, indent=1) + "\n", encoding="utf-8")
    print("\n".join([*lines, f"{len(lines)} of {len(new)} numbers moved"]))


if __name__ == "__main__":
    main()
