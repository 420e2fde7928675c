"""Smooth functions against the library's, with the errors they state."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numba import njit
from scipy.special import ndtr

from sim.arithmetic.smooth import exponential, logarithm_of_one_plus, normal_share


@pytest.mark.parametrize(("reach", "error"), [(0.25, 1e-12), (5, 1e-11), (32, 1e-10)])
def test_exponential(reach, error):
    for x in np.linspace(-reach, reach, 2_001):
        assert exponential(x) == pytest.approx(math.exp(x), rel=error, abs=0)


def test_exponential_of_nothing_is_one():
    assert exponential(0.0) == 1.0


def test_logarithm():
    for rate in [0.0, *np.geomspace(1e-12, 10, 500)]:
        assert logarithm_of_one_plus(rate) == pytest.approx(math.log1p(rate), rel=1e-14, abs=0)


def test_logarithm_leaves_out_only_what_changes_no_bit():
    def whole(rate):
        ratio = rate / (2.0 + rate)
        power, total = ratio, 0.0
        for term in range(80):
            total += power / (2.0 * term + 1.0)
            power *= ratio * ratio
        return 2.0 * total

    for rate in [0.0, 5e-324, *np.geomspace(1e-12, 1e6, 2_000)]:
        assert logarithm_of_one_plus(float(rate)) == whole(float(rate))


def test_normal_share():
    for x in np.linspace(-9, 9, 3_001):
        assert abs(normal_share(x) - ndtr(x)) < 7.5e-8


def test_normal_share_is_symmetric_and_rises():
    grid = [normal_share(x) for x in np.linspace(-8.5, 8.5, 20_001)]
    assert (np.diff(grid) >= 0).all()
    assert all(grid[place] + grid[-1 - place] == pytest.approx(1.0, abs=1e-12) for place in range(10_000))
    assert normal_share(0.0) == pytest.approx(0.5, abs=1e-9)


@pytest.mark.parametrize("function", [exponential, logarithm_of_one_plus, normal_share])
def test_compiled_gives_the_same_bits(function):
    compiled = njit(lambda x: function(x))
    for x in np.geomspace(1e-9, 5, 300):
        assert compiled(x) == function(float(x))
