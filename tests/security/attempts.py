"""What is tried: texts that would leave ``canary`` behind, or reach out of a folder, if they were obeyed."""

from __future__ import annotations

import pickle
from pathlib import Path

CANARY = "canary"
TOUCH = f"touch {CANARY}"

TAGS = [
    f"!!python/object/apply:os.system ['{TOUCH}']",
    f"!!python/object/apply:subprocess.check_output [[touch, {CANARY}]]",
    f"!!python/object/new:os.system ['{TOUCH}']",
    f"!!python/object/apply:builtins.eval [\"__import__('os').system('{TOUCH}')\"]",
    f"!!python/object/apply:builtins.exec [\"open('{CANARY}', 'w')\"]",
    "!!python/name:os.system",
    "!!python/module:os",
    f"!!python/object:pathlib.Path {{touch: {CANARY}}}",
    f"!<tag:yaml.org,2002:python/object/apply:os.system> ['{TOUCH}']",
    "!!binary Y2FuYXJ5",
    "!include /etc/passwd",
    "!ENV ${HOME}",
    "!!set {a, b}",
    "!!timestamp 2020-02-10",
]
"""Values with a tag."""

PLACES = [
    "title: {}",
    "description: {}",
    "calendar: {{weeks: {}}}",
    "sources: {{calendar: {}}}",
    "stoppage: {{openness: [[2020-02-10, {}]]}}",
    "{}: 3",
]
"""Where a value with a tag is put."""

BOMBS = [
    "a: &a [x,x,x,x,x,x,x,x,x]\n"
    + "".join(f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)),
    "a: &a {x: *a}\n",
    "a: &a [*a]\n",
    "title: &t " + "x" * 100_000 + "\n" + "".join(f"k{n}: *t\n" for n in range(5000)),
    "a: &a {b: 1}\n" + "".join(f"k{n}: {{<<: *a}}\n" for n in range(2000)),
    "[" * 100_000,
    "{a: " * 50_000,
    "- " * 100_000,
    "title: " + "9" * 900_000,
    "calendar: {weeks: " + "1" * 100_000 + "e" + "9" * 6 + "}\n",
    "".join(f"k{n}: {n}\n" for n in range(20_000)),
    "? " * 50_000,
    "a: |\n" + "  x\n" * 200_000,
    'title: "' + "\\u0041" * 100_000 + '"\n',
]
"""Small texts that stand for much work."""

NAMES = [
    "../../evil",
    "..",
    ".",
    "",
    " ",
    "...",
    "/etc/evil",
    "sub/evil",
    "..\\evil",
    "C:\\evil",
    "\\\\host\\share\\evil",
    "evil\n",
    "ev\0il",
    "ev\til",
    "x" * 300,
    "中" * 100,
    "./evil",
    "a/../../evil",
    "evil/",
    "\u202elive",
]
"""Names of arms and scenarios in a manifest that are no names of files in the folder."""

HTML = [
    "<script>document.title='pwned'</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    '"><script>alert(1)</script>',
    "'><iframe src=javascript:alert(1)>",
    "</title><script>alert(1)</script>",
    "<a href=javascript:alert(1)>x</a>",
    "<b onmouseover=alert(1)>x",
    "&lt;script&gt;",
    "{{7*7}}{% raw %}",
    "${7*7}<%= 7*7 %>",
    "]]><script>alert(1)</script>",
    "<!--<script>-->",
    "<style>*{display:none}</style>",
    "[x](javascript:alert(1))",
    "<base href=//evil.example>",
    "<meta http-equiv=refresh content=0>",
    "$\\frac{a}{b}$ **x** `y`",
]
"""Texts that a page would take for more than text."""

FORMULAS = [
    "=1+1",
    '=HYPERLINK("http://evil.example","x")',
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-1+1",
    "@SUM(1,1)",
    "\t=1+1",
    " =1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
    "'=1+1",
    '=1+1,"=2"',
]
"""Texts that a spreadsheet would run."""


class Touch:
    """What leaves the canary behind when it is unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str, ...]]:
        return Path.touch, (Path(CANARY),)


PICKLES = [pickle.dumps(Touch(), protocol=number) for number in range(pickle.HIGHEST_PROTOCOL + 1)]
