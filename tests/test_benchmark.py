"""The benchmark: its figures hang together; how fast is measured, not tested."""

from __future__ import annotations

import json

import pytest

from experiments import benchmark


@pytest.fixture(scope="module")
def found():
    benchmark.MESA_SIZE = 30
    return benchmark.benchmark((200, 400), quick=True)


def test_ratios_are_those_of_the_figures_printed(found):
    compiled, mesa = found["enterprise_steps_per_cpu_second"], found["mesa_enterprise_steps_per_cpu_second"]
    assert found["mesa_ratio"] == pytest.approx(compiled / mesa)
    assert found["enterprises"] == 400
    assert [one["enterprises"] for one in found["sizes"]] == [200, 400]
    for one in found["sizes"]:
        assert one["low"] <= one["enterprise_steps_per_cpu_second"] <= one["high"]
    assert found["threads"]["same_bytes"] is True


def test_growth_is_the_exponent():
    sizes = [{"enterprises": size, "step_seconds": 3.0 * size**1.5} for size in (10, 100, 1_000)]
    assert benchmark.growth(sizes, "step_seconds") == pytest.approx(1.5)


def test_it_is_json_and_text(found):
    assert json.loads(json.dumps(found))["sizes"]
    assert len(benchmark.shown(found).splitlines()) == 9
