"""Fuzzed scenario and firm files: each is refused with a message and exit code 2, or it is valid through and through.

``python -m tests.trust.fuzz --cases 10000`` tries new ones and prints what came of them; the suite tries some hundred.
"""

from __future__ import annotations

import argparse
import datetime
import io
import math
import operator
import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any

import numpy as np
import typer
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from sim.cli.options import plain_errors, take_firms
from sim.scenario.fields import Slot, root_slot, settings_of, slot_at
from sim.scenario.firms import firms_of, with_firms
from sim.scenario.firms.table import Firms
from sim.scenario.loading import load, scenarios_folder
from sim.scenario.resolved import Scenario
from sim.scenario.schema import ScenarioSettings
from sim.scenario.tree import split
from tests.bad_input import firm_files
from tests.support.small import invoke

PATHS = [path for path, _ in settings_of(root_slot(ScenarioSettings))]
SEEDS = [path.read_bytes() for path in sorted(scenarios_folder().glob("*.yaml"))]
GOOD_TABLES = [
    ("firms.csv", b"id,staff,sector,yearly_sales\na,3,trade,120000\nb,12,catering,5e6\n"),
    ("firms.parquet", firm_files.parquet(id=["a", "b"], staff=[3, 12], yearly_sales=[1.2e5, 5e6])),
    ("firms.dta", firm_files.stata(id=["a", "b"], staff=[3, 12], yearly_sales=[1.2e5, 5e6])),
]
MARKS = [
    b"",
    b"\x00",
    b"\xff",
    b"\t",
    b": ",
    b"- ",
    b"[",
    b"}",
    b"&a ",
    b"*a",
    b"!!x ",
    b"'",
    b'"',
    b"#",
    b"\xef\xbb\xbf",
]
MARKS += [b"nan", b"-", b"1e999", b".inf", b"99999999999999999999", b"%", b",", b"\r", b"\n", b"<<: ", "：".encode()]

ODD = ["5%", "1,000", "120万", "nan", ".inf", "=1+1", "no", "1:30", "~"]
texts = st.one_of(st.text(max_size=30), st.sampled_from(ODD))
numbers = st.one_of(st.integers(-(10**20), 10**20), st.floats(), st.sampled_from([0, 1, -1, 0.5, 1e308, -0.0, 10**18]))
values = st.recursive(
    st.one_of(numbers, texts, st.booleans(), st.none(), st.dates()),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=8,
)
names = st.one_of(st.sampled_from(["sme", "trade", "hubei", "big_banks", "x", "=1", "../x", ""]), texts)


def written(value: Any) -> str:
    """A value as a scenario file writes it, right or wrong."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {written(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


@st.composite
def structures(draw: Callable[..., Any]) -> bytes:
    """A scenario of settings that there are, with any values, and of some that there are not."""
    lines = ["extends: normal-year", "title: Fuzzed"][: draw(st.integers(0, 2))] or ["title: Fuzzed"]
    for path in draw(st.lists(st.sampled_from(PATHS), min_size=1, max_size=3)):
        keys = [draw(names) if key == "<name>" else key.removesuffix("[n]") for key in path.split(".")]
        if draw(st.integers(0, 9)) == 0:
            keys[draw(st.integers(0, len(keys) - 1))] = draw(texts)
        inner = written(draw(values))
        for key in reversed(keys[1:]):
            inner = f"{{{key}: {inner}}}"
        lines.append(f"{keys[0]}: {inner}")
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")


@st.composite
def mutations(draw: Callable[..., Any], seeds: list[bytes]) -> bytes:
    """A good file with some of its bytes cut, changed, doubled or replaced by marks that mean something."""
    data = draw(st.sampled_from(seeds))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, max(0, len(data) - 1)))
        end = min(len(data), place + draw(st.sampled_from([0, 1, 1, 2, 5, 40, 400])))
        what = draw(st.sampled_from(["mark", "byte", "double", "cut"]))
        if what == "cut":
            data = data[:place] if draw(st.integers(0, 9)) == 0 else data[:place] + data[end:]
        elif what == "double":
            data = data[:end] + data[place:]
        else:
            new = draw(st.sampled_from(MARKS)) if what == "mark" else bytes([draw(st.integers(0, 255))])
            data = data[:place] + new + data[end:]
    return data


@st.composite
def cases(draw: Callable[..., Any]) -> tuple[str, bytes]:
    """Name and content of a file."""
    kind = draw(st.integers(0, 9))
    if kind < 4:
        return "fuzzed.yaml", draw(structures())
    if kind < 8:
        return "fuzzed.yaml", draw(mutations(SEEDS))
    name, content = draw(st.sampled_from(GOOD_TABLES))
    return name, draw(mutations([content]))


def verdict(name: str, content: bytes) -> str:
    """``refused`` or ``valid`` for a file in the folder we are in; anything else that happens is an error."""
    Path(name).write_bytes(content)
    try:
        code, out, err = checked(name) if name.endswith(".yaml") else taken(name)
        assert os.listdir() == [name], "something was written"
        assert code in (0, 2), f"exit code {code}: {err}"
        assert "Traceback" not in err and "pydantic" not in err, err
        assert all(len(line) < 2000 and line.isprintable() for line in err.splitlines()), err
        if code == 2:
            assert err.strip() and not out, "no message, or one on standard output"
            return "refused"
        if name.endswith(".yaml"):
            must_be_sound(load(f"./{name}"))
        else:
            must_be_a_table(firms_of(with_firms(load("normal-year"), name).settings))
        return "valid"
    finally:
        Path(name).unlink()


def checked(name: str) -> tuple[int, str, str]:
    """Exit code and output of ``tideover check``."""
    result = invoke("check", name)
    return result.exit_code, "" if result.exit_code == 0 else result.stdout, result.stderr


def taken(name: str) -> tuple[int, str, str]:
    """The same for a firm table that is read as ``--firms`` reads it."""
    said = io.StringIO()
    with redirect_stderr(said):
        try:
            with plain_errors():
                take_firms(load("normal-year"), Path(name), quiet=True)
        except typer.Exit as end:
            return end.exit_code, "", said.getvalue()
    return 0, "", said.getvalue()


def must_be_sound(scenario: Scenario) -> None:
    """Every single setting has the type, the range and the choices that the schema says, whatever checked it before."""
    for path, value in scenario.leaves.items():
        slot = slot_at(ScenarioSettings, split(path) or (path,))
        assert slot is not None, path
        sound(path, value, slot)


def sound(path: str, value: Any, slot: Slot) -> None:
    """One value, or each item of a list, is what its place of the schema says."""
    if isinstance(value, (list, tuple)):
        for place, inner in enumerate(value):
            sound(f"{path}[{place}]", inner, slot.child(place))
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            sound(f"{path}.{name}", getattr(value, name), slot.child(name))
    elif value is None:
        assert slot.optional, f"{path} is nothing"
    elif slot.choices:
        assert value in slot.choices and type(value) in map(type, slot.choices), f"{path} = {value!r}"
    elif slot.kind in (bool, int, float, str, datetime.date):
        assert type(value) is slot.kind, f"{path} = {value!r} is no {slot.kind}"
        assert not isinstance(value, float) or math.isfinite(value), f"{path} = {value!r}"
        within = [test(value, slot.limits[name]) for name, test in LIMITS.items() if name in slot.limits]
        assert all(within), f"{path} = {value!r} is outside {slot.limits}"
    else:
        assert value == {}, f"{path} = {value!r}"


LIMITS: dict[str, Callable[[Any, Any], bool]] = {
    "ge": operator.ge,
    "gt": operator.gt,
    "le": operator.le,
    "lt": operator.lt,
    "max_length": lambda value, most: len(value) <= most,
    "min_length": lambda value, least: len(value) >= least,
}


def must_be_a_table(table: Firms) -> None:
    """Every cell of a firm table that was taken is a number that makes sense."""
    assert table.used > 0
    for name, column in table.columns.items():
        known = column[column != -1] if column.dtype.kind == "i" else column[~np.isnan(column)]
        assert np.isfinite(known).all() and (known >= 0).all(), f"{name}: {column}"
        assert name != "staff" or (known >= 1).all(), f"{name}: {column}"


def try_cases(number: int, new: bool) -> Counter[str]:
    """Try so many files in a folder of its own; return how many were refused and how many valid."""
    found: Counter[str] = Counter()

    @settings(
        max_examples=number,
        derandomize=not new,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(cases())
    def one(case: tuple[str, bytes]) -> None:
        found[f"{Path(case[0]).suffix[1:]} {verdict(*case)}"] += 1

    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            one()
        finally:
            os.chdir(before)
    return found


def main() -> None:
    """Try new files and print what came of them."""
    parser = argparse.ArgumentParser(prog="python -m tests.trust.fuzz", description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000, help="files to try")
    asked = parser.parse_args()
    began = time.perf_counter()
    found = try_cases(asked.cases, new=True)
    for what, count in sorted(found.items()):
        print(f"{what}: {count:,}")
    print(
        f"{sum(found.values()):,} files in {time.perf_counter() - began:.0f} s; none crashed, wrote or slipped through"
    )


if __name__ == "__main__":
    main()
