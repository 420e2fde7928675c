"""The benchmark: its figures hang together; how fast is measured, not tested."""

from __future__ import annotations

import json
import os
import sys
from statistics import median

import pytest

from experiments import benchmark, benchmark_memory, benchmark_peers, benchmark_start, benchmark_sweep
from experiments.benchmark_figure import benchmark_figure
from experiments.benchmark_runs import growth
from experiments.benchmark_text import shown

STARTS = {"import": 0.1, "help": 0.2, "first_run_cold": 20.0, "first_run_warm": 2.0, "compiled_again": 0.0}
BAMENGINE = """
import os
class Simulation:
    runs = 0
    @classmethod
    def init(cls, n_firms, n_households, n_banks, seed, logging):
        print("what a package prints is not an answer")
        return cls()
    def run(self, n_periods, collect):
        self.runs += 1
        if self.runs > int(os.environ.get("FAKE_RUNS", "99")):
            os._exit(3)
        sum(range(20_000))
"""


def python_with(folder, packages=""):
    """A Python that sees the packages of one folder and the standard library only."""
    script = folder / "python"
    script.write_text(f'#!/bin/sh\nPYTHONPATH="{packages}" exec "{sys.executable}" -S "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    return script


@pytest.fixture(scope="module")
def fake(tmp_path_factory):
    """A Python in which a stand-in for bamengine is installed."""
    folder = tmp_path_factory.mktemp("peer")
    (folder / "bamengine.py").write_text(BAMENGINE, encoding="utf-8")
    (folder / "bamengine-0.0.dist-info").mkdir()
    (folder / "bamengine-0.0.dist-info" / "METADATA").write_text("Name: bamengine\nVersion: 0.0\n", encoding="utf-8")
    return python_with(folder, folder)


@pytest.fixture(scope="module")
def found(fake):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(benchmark, "start_up", lambda: dict(STARTS))  # compiling all rules anew takes half a minute
        patch.setattr(benchmark_memory, "WORDS", 10_000)
        patch.setattr(benchmark_start, "ENTERPRISES", 200)
        patch.setattr(benchmark_sweep, "QUICK_ENTERPRISES", 100)
        return benchmark.benchmark((200, 400), quick=True, pythons=[str(fake)], mesa_size=30, peer_agents=610)


def test_ratios_are_those_of_each_round(found):
    ratios = [one["compiled"] / one["mesa"] for one in found["rounds"]]
    assert found["mesa_ratio"] == pytest.approx(median(ratios))
    assert found["mesa"]["ratio"] == pytest.approx({"median": median(ratios), "low": min(ratios), "high": max(ratios)})
    assert found["enterprise_steps_per_cpu_second"] == median(one["compiled"] for one in found["rounds"])
    assert found["panels"]["enterprise_steps_per_cpu_second"] == median(one["panels"] for one in found["rounds"])


def test_figures_are_those_of_the_sizes(found):
    assert found["enterprises"] == 400
    assert [one["enterprises"] for one in found["sizes"]] == [200, 400]
    for one in found["sizes"]:
        assert one["low"] <= one["enterprise_steps_per_cpu_second"] <= one["high"]
        assert 2 * one["enterprises"] < one["agents"] < 3 * one["enterprises"]
        assert 0.5 < one["in_business"] <= 1.1
    assert found["threads"]["same_bytes"] is True
    assert found["threads"]["low"] <= found["threads"]["speed_up"] <= found["threads"]["high"]
    assert found["growth"]["peak_memory"] is None  # both sizes are small


def test_peers_are_run_by_turns(found):
    peer = found["peers"]["bamengine"]
    rates = [one["bamengine"] for one in found["rounds"]]
    assert (peer["version"], peer["agents"], peer["model"]) == ("0.0", 610, "baseline model, without Numba")
    assert peer["agent_updates_per_cpu_second"] == median(rates)
    assert peer["ratio"]["high"] == pytest.approx(max(one["agents"] / one["bamengine"] for one in found["rounds"]))


def test_absent_peers_are_left_out_with_a_line(found):
    peer = found["peers"]["mesa-frames"]
    assert peer["agent_updates_per_cpu_second"] is None and peer["ratio"] is None
    assert "is not installed" in peer["reason"]
    assert [line for line in shown(found).splitlines() if line.startswith("mesa-frames: left out, ")]


def test_the_python_that_has_the_peer_is_taken(fake, tmp_path):
    peer = benchmark_peers.find("bamengine", [str(python_with(tmp_path)), str(fake)], 61)
    assert peer.rate() > 0
    peer.close()
    assert peer.about["version"] == "0.0"


def test_a_peer_that_dies_is_left_out(fake, monkeypatch):
    monkeypatch.setenv("FAKE_RUNS", "2")
    peer = benchmark_peers.find("bamengine", [str(fake)], 61)
    assert peer.rate() > 0
    assert peer.rate() is None
    peer.close()
    assert "its process ended (3)" in benchmark_peers.figures_of(peer, [])["reason"]


def test_a_python_that_is_not_there_is_refused(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["benchmark", "--peer-python", str(tmp_path / "nowhere"), "--out", str(tmp_path)])
    with pytest.raises(SystemExit) as stopped:
        benchmark.main()
    assert stopped.value.code == 2
    assert "nowhere: no such Python" in capsys.readouterr().err
    assert os.listdir(tmp_path) == []


def test_growth_is_the_exponent_of_the_large_sizes():
    sizes = [{"enterprises": size, "step_seconds": 3.0 * size**1.5} for size in (10, 100, 1_000)]
    assert growth(sizes, "step_seconds") == pytest.approx(1.5)
    large = [{"enterprises": size, "step_seconds": 7.0 * size**1.02} for size in (100_000, 1_000_000)]
    assert growth([*sizes, *large], "step_seconds") == pytest.approx(1.02)


def test_the_bytes_of_a_step_are_fields_read_and_written(found):
    step = found["roof"]["bytes_per_enterprise_step"]
    assert 50 < step < 2 * found["panels"]["bytes"] / found["enterprises"]
    assert benchmark_memory.bytes_of_step(30) == benchmark_memory.bytes_of_step(30)
    roof = found["bytes_per_second"]["update"] / step
    assert found["roof"]["share_reached"] == pytest.approx(found["panels"]["enterprise_steps_per_cpu_second"] / roof)


def test_a_column_counts_what_is_touched():
    column = benchmark_memory.Watched(benchmark_memory.np.arange(5))
    assert column.item(3) == 3 and column.item(3) == 3
    column[4] = 9
    assert column.moved() == 2 * 8
    assert column.moved() == 0
    assert column.column[4] == 9


def test_a_file_written_again_is_seen(tmp_path):
    compiled = tmp_path / "rules-1" / "engine.nbi"
    compiled.parent.mkdir()
    compiled.write_bytes(b"1")
    before = benchmark_start.compiled_files(str(tmp_path))
    assert benchmark_start.compiled_files(str(tmp_path)) == before
    os.utime(compiled, ns=(1, 1))
    assert benchmark_start.compiled_files(str(tmp_path)) != before


def test_it_is_json_text_and_a_figure(found):
    assert json.loads(json.dumps(found))["sizes"]
    assert len(shown(found).splitlines()) == 15
    words = [text.get_text() for text in benchmark_figure(found).axes[0].texts]
    assert len(words) == 4 and any(word.startswith("bamengine (baseline model): ") for word in words)
