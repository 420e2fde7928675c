"""Keyed draws: the published vectors, three implementations that agree, uniform and unrelated numbers."""

from __future__ import annotations

import numpy as np
import pytest
from numba import njit
from scipy import stats

from sim.arithmetic import draws
from sim.arithmetic.draws import (
    Purpose,
    contrast,
    draw,
    draw_array,
    mix,
    noise,
    stream,
    streams,
    uniform,
    uniform_array,
)

# splitmix64 started at 1234567 and at 0, as published with the reference implementation (Vigna).
PUBLISHED = {
    1234567: (
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ),
    0: (0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F, 0xF88BB8A8724C81EC, 0x1B39896A51A8749B),
}
KEYS = (0, 1, 2**31, 2**63 - 1, 2**63, 2**64 - 1, stream(7, Purpose.SIGNAL, 3))
IDS = (0, 1, 2, 1_000, 2**31, 2**53 + 1, 2**62, 2**63 - 1)
MANY = np.arange(200_000)


@njit
def compiled_draw(key, agent):
    """The draw as compiled rules see it."""
    return draw(key, agent), uniform(key, agent), noise(key, agent), contrast(key, agent)


@pytest.mark.parametrize("key", PUBLISHED)
def test_draws_are_the_published_numbers(key):
    assert tuple(draw(key, agent) for agent in range(5)) == PUBLISHED[key]


def test_streams_are_the_published_numbers_of_this_project():
    """Vectors for other implementations: seed 42, purpose 7 (RUNWAY), steps 0 and 5, agents 0 and 123."""
    assert stream(42, 7, 0) == 0x62BC4C8CBDE9FF28
    assert stream(42, 7, 5) == 0xEB789CDC87F46B0A
    assert draw(stream(42, 7, 0), 0) == 0xEF8DD4DE2B0BB0B2
    assert draw(stream(42, 7, 5), 123) == 0xB2EC25B15FB0E7AF
    assert uniform(stream(42, 7, 5), 123).hex() == "0x1.65d84b62bf61dp-1"


@pytest.mark.parametrize("key", KEYS)
def test_plain_compiled_and_array_draws_agree(key):
    ids = np.array(IDS, dtype=np.int64)
    plain = [(draw(key, agent), uniform(key, agent), noise(key, agent), contrast(key, agent)) for agent in IDS]
    assert [compiled_draw(np.uint64(key), agent) for agent in ids] == plain
    assert draw_array(key, ids).tolist() == [one[0] for one in plain]
    assert uniform_array(key, ids).tolist() == [one[1] for one in plain]


def test_streams_lists_every_purpose():
    listed = streams(9, 4)
    assert all(listed[purpose] == stream(9, purpose, 4) for purpose in Purpose)


def test_purposes_are_distinct():
    assert len(Purpose) == len({purpose.value for purpose in Purpose}) == len(Purpose.__members__)
    assert len({stream(1, purpose, step) for purpose in Purpose for step in range(1_000)}) == 1_000 * len(Purpose)


@pytest.mark.parametrize("purpose", [Purpose.PLACE, Purpose.RUNWAY, Purpose.BACKGROUND_EXIT])
def test_uniform_by_chi_square(purpose):
    counts, _ = np.histogram(uniform_array(stream(11, purpose, 1), MANY), bins=100, range=(0, 1))
    assert stats.chisquare(counts).pvalue > 1e-4


def test_uniform_within_a_class_of_ids():
    """No pattern in every 64th id either."""
    counts, _ = np.histogram(uniform_array(stream(11, 1), 64 * MANY), bins=100, range=(0, 1))
    assert stats.chisquare(counts).pvalue > 1e-4


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((1, 5, 0), (1, 5, 1)),
        ((1, 5, 0), (1, 6, 0)),
        ((1, 5, 0), (2, 5, 0)),
        ((1, 5, 7), (1, 7, 5)),
        ((5, 1, 0), (1, 5, 0)),
    ],
)
def test_neighbouring_streams_are_unrelated(first, second):
    one, other = (uniform_array(stream(*key), MANY) for key in (first, second))
    assert abs(np.corrcoef(one, other)[0, 1]) < 4 / len(MANY) ** 0.5


@pytest.mark.parametrize("lag", [1, 2, 64, 1_000])
def test_neighbouring_ids_are_unrelated(lag):
    one = uniform_array(stream(1, 5), MANY)
    assert abs(np.corrcoef(one[:-lag], one[lag:])[0, 1]) < 4 / len(MANY) ** 0.5


def test_steps_of_one_agent_are_unrelated():
    steps = np.array([uniform(stream(1, Purpose.DEMAND, step), 17) for step in range(20_000)])
    assert abs(np.corrcoef(steps[:-1], steps[1:])[0, 1]) < 4 / len(steps) ** 0.5
    assert stats.kstest(steps, "uniform").pvalue > 1e-4


def test_noise_has_mean_0_and_variance_1_and_bounds():
    drawn = np.array([noise(stream(3, 21), agent) for agent in range(50_000)])
    assert abs(drawn.mean()) < 4 / len(drawn) ** 0.5
    assert drawn.var() == pytest.approx(1.0, abs=0.02)
    assert stats.kurtosis(drawn) == pytest.approx(-0.3, abs=0.06)  # −1.2/4, four uniforms
    assert pytest.approx((-3.4641, 3.4641), abs=1e-3) == (
        -draws.NOISE_MEAN / draws.NOISE_SD,
        draws.NOISE_MEAN / draws.NOISE_SD,
    )


def undone(word):
    """The key whose draw for agent 0 is the given word."""

    def unshift(value, bits):
        found = value
        for _ in range(64 // bits + 1):
            found = value ^ (found >> bits)
        return found

    word = unshift(word, 31) * pow(draws.SECOND, -1, 2**64) & draws.MASK
    word = unshift(word, 27) * pow(draws.FIRST, -1, 2**64) & draws.MASK
    return (unshift(word, 30) - draws.GOLDEN) & draws.MASK


@pytest.mark.parametrize("word", [0, 2**64 - 1, 2**63, 2**12 - 1])
def test_uniform_is_strictly_between_0_and_1(word):
    key = undone(word)
    assert mix((key + draws.GOLDEN) & draws.MASK) == draw(key, 0) == word
    assert 0.0 < uniform(key, 0) < 1.0
    assert 0.0 < uniform_array(key, np.array([0]))[0] < 1.0


@pytest.mark.parametrize(
    ("seed", "purpose", "k", "value"),
    [
        (1, 1, 0, -0.6955055092970102),
        (1, 21, 1, -0.830769120658239),
        (42, 26, 0, 0.5675891593579035),
        (2**64 - 1, 27, 10, -2.3798255468216514),
    ],
)
def test_contrasts_are_the_published_numbers_of_this_project(seed, purpose, k, value):
    """Vectors for other implementations: agent 0."""
    assert contrast(stream(seed, purpose, k), 0) == value


def test_contrast_is_the_upper_parts_less_the_lower_ones():
    # Parts of the word from the top: 9, 8, 2, 5. Noise adds them up, the contrast is 9 + 8 − 2 − 5 = 10.
    key = undone(0x0009_0008_0002_0005)
    assert contrast(key, 0) == 10 / draws.NOISE_SD
    assert noise(key, 0) == (24 - draws.NOISE_MEAN) / draws.NOISE_SD


@pytest.mark.parametrize(("word", "most"), [(0xFFFF_FFFF_0000_0000, 131_070), (0x0000_0000_FFFF_FFFF, -131_070)])
def test_contrast_has_the_bounds_of_noise(word, most):
    assert contrast(undone(word), 0) == most / draws.NOISE_SD


def test_contrast_has_mean_0_and_variance_1_and_is_not_correlated_with_noise():
    key = stream(3, Purpose.DEMAND)
    pairs = np.array([(noise(key, agent), contrast(key, agent)) for agent in range(100_000)])
    drawn, beside = pairs.T
    assert abs(beside.mean()) < 4 / len(beside) ** 0.5
    assert beside.var() == pytest.approx(1.0, abs=0.015)
    assert stats.kurtosis(beside) == pytest.approx(-0.3, abs=0.05)
    assert stats.skew(beside) == pytest.approx(0.0, abs=0.03)
    assert abs(np.corrcoef(drawn, beside)[0, 1]) < 4 / len(beside) ** 0.5


@pytest.mark.parametrize("lag", [1, 2, 64])
def test_contrasts_of_neighbouring_ids_and_steps_are_unrelated(lag):
    one = np.array([contrast(stream(1, Purpose.DEMAND, 4), agent) for agent in range(20_000)])
    later = np.array([contrast(stream(1, Purpose.DEMAND, 5), agent) for agent in range(20_000)])
    for first, second in ((one[:-lag], one[lag:]), (one, later)):
        assert abs(np.corrcoef(first, second)[0, 1]) < 4 / len(first) ** 0.5
