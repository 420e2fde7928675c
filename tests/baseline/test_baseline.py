"""The named numbers are what they were; a change that moves them says so in CHANGELOG.md."""

from __future__ import annotations

import json

from tests.baseline import numbers, update


def test_the_numbers_are_what_they_were():
    lines = numbers.moved(numbers.kept(), numbers.computed())
    assert not lines, "\n".join(["moved; if meant: python -m tests.baseline.update", *lines])


def test_a_number_that_moves_by_one_or_by_little_is_seen():
    old = {"a": 10**15, "b": 0.1, "c": 1}
    assert numbers.moved(old, dict(old)) == []
    assert numbers.moved(old, {"a": 10**15 + 1, "b": 0.1 + 1e-8, "d": 2}) == [
        "a: 1000000000000000 → 1000000000000001",
        f"b: 0.1 → {0.1 + 1e-8}",
        "c: 1 → gone",
        "d: not there → 2",
    ]
    assert numbers.moved({"b": 0.1}, {"b": 0.1 + 1e-12}) == []
    assert numbers.moved({"b": 1.0}, {"b": 1}) == ["b: 1.0 → 1"]


def test_the_update_writes_the_file_and_prints_what_moved(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(numbers, "FILE", tmp_path / "numbers.json")
    monkeypatch.setattr(numbers, "computed", lambda: {"a": 1, "b": 2.5})
    update.main()
    assert capsys.readouterr().out == "a: not there → 1\nb: not there → 2.5\n2 of 2 numbers moved\n"
    monkeypatch.setattr(numbers, "computed", lambda: {"a": 2, "b": 2.5})
    update.main()
    assert capsys.readouterr().out == "a: 1 → 2\n1 of 2 numbers moved\n"
    assert json.loads((tmp_path / "numbers.json").read_text()) == {"a": 2, "b": 2.5}
