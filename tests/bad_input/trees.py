"""Bad input that is more than one file: by class the files (None = a folder), the command, the message."""

from __future__ import annotations

from tests.bad_input.scenarios import HEAD

Tree = tuple[dict[str, str | None], str, str]
SIDE = {"bad.yaml": HEAD}

TREES: dict[str, list[Tree]] = {
    "missing file": [
        ({}, "run bad.yaml", "bad.yaml  no such file"),
        ({}, "compare no/such/bad.yaml", "no such file"),
        ({}, "check bad.yaml", "no such file"),
        ({}, "run china-2002", "no packaged scenario of this name; did you mean china-2020?"),
        ({}, "run China-2020", "no packaged scenario of this name"),
        (SIDE, "run bad", "for the file write bad.yaml"),
        (SIDE, "run normal-year --firms firms.csv", "no such file"),
        (SIDE, "compare normal-year bad2.yaml", "no such file"),
        ({"bad.yaml": "extends: parent.yaml\n"}, "run bad.yaml", "no such file: 'parent.yaml'"),
        ({"bad.yaml": "extends: normal-yeer\n"}, "run bad.yaml", "did you mean normal-year?"),
        ({}, "report nowhere", "manifest.json is missing"),
        ({}, "replay nowhere", "manifest.json is missing"),
        ({}, "plot nowhere survival", "manifest.json is missing"),
    ],
    "folder instead of a file, and the other way": [
        ({"bad.yaml": None}, "run bad.yaml", "is a folder; a .yaml file is wanted"),
        ({"bad": None}, "check ./bad", "is a folder; a .yaml file is wanted"),
        ({}, "run .", "is a folder"),
        ({"firms.csv": None}, "run normal-year --firms firms.csv", "firms.csv"),
        ({"bad.yaml": "extends: sub.yaml\n", "sub.yaml": None}, "run bad.yaml", "no such file"),
        ({"out": "text"}, "run normal-year --out out", "is not a folder; choose another with --out"),
        ({"out": "text"}, "run normal-year --out out/deeper", "is not a folder"),
        ({"out": "text"}, "report out", "is not a results folder"),
    ],
    "no scenario at all": [
        ({"bad.txt": HEAD}, "run bad.txt", "a scenario is a packaged name or the path of a .yaml file"),
        ({"bad.json": "{}"}, "run bad.json", "the path of a .yaml file"),
        ({"bad.csv": "a,b\n"}, "check bad.csv", "the path of a .yaml file"),
        ({}, "run ''", "neither the name of a scenario nor the path of a .yaml file"),
        ({}, "run ' '", "neither the name"),
        ({}, f"run {'x' * 5000}.yaml", "neither the name"),
        ({}, f"run {'x' * 3000}.yaml", ".yaml"),
    ],
    "circular include": [
        ({"bad.yaml": "extends: bad.yaml\n"}, "run bad.yaml", ":1:1  extends  extends itself in a circle"),
        ({"bad.yaml": "extends: ./bad.yaml\n"}, "run bad.yaml", "in a circle"),
        ({"bad.yaml": "extends: b.yaml\n", "b.yaml": "extends: bad.yaml\n"}, "run bad.yaml", "b.yaml:1:1"),
        (
            {"bad.yaml": "extends: b.yaml\n", "b.yaml": "extends: c.yaml\n", "c.yaml": "extends: b.yaml\n"},
            "check bad.yaml",
            "in a circle, by way of 'b.yaml'",
        ),
        (
            {f"{'bad' if n == 0 else n}.yaml": f"extends: {n + 1}.yaml\n" for n in range(12)} | {"12.yaml": HEAD},
            "run bad.yaml",
            "more than 10 scenarios extend one another",
        ),
    ],
    "include outside the folder": [
        ({"bad.yaml": f"extends: {path}\n"}, "run bad.yaml", "extends  ")
        for path in (
            "../other.yaml",
            "../../../../etc/passwd",
            "/etc/passwd",
            "/tmp/x.yaml",
            "sub/../../x.yaml",
            "..\\other.yaml",
            "C:\\x.yaml",
            "~/x.yaml",
            "file:///etc/x.yaml",
            "http://example.org/x.yaml",
            "bad.txt",
            "3",
            "[a.yaml, b.yaml]",
            "''",
            '"a\\0b.yaml"',
        )
    ],
}
