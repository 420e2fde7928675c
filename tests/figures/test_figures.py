"""Figures: what they show, that nothing overlaps or warns, that files repeat, that no character is drawn as a box."""

from __future__ import annotations

import functools
import logging
import re
from itertools import combinations
from types import SimpleNamespace

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from sim import figures, outcomes
from sim.figures import text, ticks

pytestmark = pytest.mark.filterwarnings("error")
ARMS = ("with", "without")
START = pd.Timestamp("2020-01-20")
WEEKS = 40
PUBLISHED = pd.DataFrame({"date": ["2020-02-10", "2020-03-28", "2020-05-18"], "open_share": [0.2, 0.768, 0.91]})
CHINESE = {"sme": "中小企业", "online": "网商银行", "rural": "农户 rural"}


@functools.cache
def results_of(seeds=3, agents=120, arms=ARMS, loans=True, exits=True, scale=4000):
    """Drawn tables with every column that a figure reads."""
    draw = np.random.default_rng(0)
    number, days = seeds * agents, WEEKS * 7
    base, helped = draw.exponential(400, number), draw.random(number) < 0.2
    first = pd.DataFrame({"seed": np.repeat(np.arange(seeds), agents), "enterprise": np.tile(np.arange(agents), seeds)})
    first["kind"] = pd.Categorical.from_codes(draw.integers(0, 3, number), ["sme", "self_employed", "rural"])
    first["sector"] = pd.Categorical.from_codes(draw.integers(0, 7, number), list("abcdefg"))
    first = first.assign(staff=draw.geometric(0.1, number), runway_days=draw.lognormal(3.6, 1, number))
    first.loc[0, "runway_days"] = np.inf
    people, credit, weekly = [], [], []
    for position, arm in enumerate(arms):
        duration = np.ceil(base * np.where(helped & (position == 0), 2, 1) / 7).astype(int) * 7 if exits else days
        part = first.assign(arm=arm, duration_days=np.minimum(duration, days), insolvent=draw.random(number) < 0.1)
        part = part.assign(event=part["duration_days"] < days, exit_cause="illiquid")
        people.append(part.assign(programme_yuan=np.where(helped & (position == 0), 4e4, 0.0)))
        programme = (draw.random(number) < 0.5) & (position == 0)
        dates = START + pd.to_timedelta(draw.integers(20, 200, number), unit="D")
        credit.append(part[["seed", "arm", "enterprise", "kind"]].assign(
            lender_group=np.where(programme, "online", "branch_bank"), programme=programme, existing=False,
            status="performing", reason="", payout_date=dates, days_to_decision=1.0, asked_yuan=5e4, amount_yuan=4e4,
            days_to_money=np.where(programme, 2.0, 40.0), rate_yearly=0.08, first_time=True, outstanding_yuan=4e4,
            interest_paid_yuan=0.0, written_off_yuan=np.where(np.arange(number) % 9 == 0, 2e4, 0.0),
            ended_date=dates + pd.to_timedelta(np.arange(number) % 90, unit="D")))  # fmt: skip
        for seed in range(seeds):
            shares = np.interp(np.arange(WEEKS), [0, 2, 3, 12], [1, 1, 0.2, 0.95])
            dates = START + pd.to_timedelta(7 * np.arange(WEEKS), unit="D")
            weekly.append(pd.DataFrame({"seed": seed, "arm": arm, "date": dates, "open_share": shares, "jobs": 5.0}))
    tables = [pd.concat(parts, ignore_index=True) for parts in (people, credit, weekly)]
    for table in tables:
        table["arm"] = pd.Categorical(table["arm"], categories=list(arms))
    tables[1]["lender_group"] = pd.Categorical(tables[1]["lender_group"])
    lent = tables[1] if loans else tables[1].iloc[:0]
    return SimpleNamespace(enterprises=tables[0], loans=lent, weekly=tables[2], scale=scale)


RESULTS = results_of()
FIGURES = {
    "survival": lambda results: figures.survival(results, labels=CHINESE),
    "survival by kind": lambda results: figures.survival(results, "kind", labels=CHINESE),
    "survival by sector": lambda results: figures.survival(results, "sector"),
    "difference": lambda results: figures.difference(results),
    "difference by kind": lambda results: figures.difference(results, "kind", labels=CHINESE),
    "loans": lambda results: figures.loans(results, labels=CHINESE),
    "loans by kind": lambda results: figures.loans(results, "kind"),
    "fates": lambda results: figures.fates(results),
    "fates by sector": lambda results: figures.fates(results, "sector"),
    "who benefits": lambda results: figures.who_benefits(results, labels=CHINESE),
    "openness": lambda results: figures.openness(results.weekly, PUBLISHED),
    "runway": lambda results: figures.runway(results.enterprises, labels=CHINESE),
    "time to money": lambda results: figures.time_to_money(results.loans),
    "vintages": lambda results: figures.vintages(results),
}
OF_PAIRS = ("difference", "difference by kind", "fates", "fates by sector", "who benefits")


@functools.cache
def drawn(name: str) -> Figure:
    """One figure of the tables above, laid out."""
    figure = FIGURES[name](RESULTS)
    figure.draw_without_rendering()
    return figure


def texts_of(figure: Figure) -> list[str]:
    """All words on a figure."""
    return [artist.get_text() for artist in figure.findobj(mpl.text.Text) if artist.get_visible() and artist.get_text()]


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_a_figure_of_our_own_with_units_and_a_caption(name):
    before = dict(mpl.rcParams)
    figure = drawn(name)
    words = texts_of(figure)
    assert isinstance(figure, Figure)
    assert figure.get_size_inches()[0] == 7.0
    assert any("seeds" in word for word in words)
    assert any(unit in word for word in words for unit in ("(%", "percentage points", "bn yuan"))
    assert dict(mpl.rcParams) == before
    assert figure.get_suptitle() == ""


def boxes_of(figure: Figure) -> list[tuple[str, mpl.transforms.Bbox]]:
    """Words that are drawn on a figure and where."""
    found = []
    figure.draw_without_rendering()
    hidden = {tick for axes in figure.axes for axis in (axes.xaxis, axes.yaxis) for tick in marks_outside(axis)}
    for artist in figure.findobj(mpl.text.Text):
        shown = artist.get_visible() and artist.get_text().strip() and artist not in hidden
        if shown and (artist.axes is None or artist.axes.get_visible()):
            found.append((artist.get_text(), artist.get_window_extent()))
    return found


def marks_outside(axis) -> list[mpl.text.Text]:
    """Labels of marks beyond the limits of an axis, which Matplotlib keeps and does not draw."""
    lower, upper = sorted(axis.get_view_interval())
    slack = 1e-9 * (upper - lower)
    ticks = axis.get_major_ticks()
    return [tick.label1 for tick in ticks if not lower - slack <= tick.get_loc() <= upper + slack] + [
        tick.label2 for tick in ticks
    ]


def crossing(figure: Figure) -> list[str]:
    """Words outside the page, and pairs of words of which one lies over the other."""
    boxes, page = boxes_of(figure), figure.bbox
    outside = [
        words for words, box in boxes
        if box.x0 < page.x0 or box.y0 < page.y0 or box.x1 > page.x1 or box.y1 > page.y1
    ]  # fmt: skip
    return outside + [
        f"{one} / {other}"
        for (one, first), (other, second) in combinations(boxes, 2)
        if min(first.x1, second.x1) - max(first.x0, second.x0) > 0.5
        and min(first.y1, second.y1) - max(first.y0, second.y0) > 1.0
    ]


@pytest.mark.parametrize("name", FIGURES)
def test_words_stay_on_the_page_and_off_each_other(name):
    assert crossing(drawn(name)) == []


LONG = "A long name of a group of enterprises in the provinces of the north 一个很长的企业组名称住宿和餐饮业"
CODES = (*"abcdefg", "sme", "self_employed", "rural", "online", "branch_bank", "with", "without")
LONG_LABELS = {code: f"{code.upper()} {LONG}" for code in CODES} | {"a": "Unbroken" * 12, "b": "农业"}
LONG_FIGURES = {
    "survival": lambda results, labels: figures.survival(results, labels=labels),
    "survival by sector": lambda results, labels: figures.survival(results, "sector", labels=labels),
    "difference": lambda results, labels: figures.difference(results, labels=labels),
    "difference by kind": lambda results, labels: figures.difference(results, "kind", labels=labels),
    "loans": lambda results, labels: figures.loans(results, labels=labels),
    "fates": lambda results, labels: figures.fates(results, labels=labels),
    "fates by sector": lambda results, labels: figures.fates(results, "sector", labels=labels),
    "who benefits": lambda results, labels: figures.who_benefits(results, labels=labels),
    "openness": lambda results, labels: figures.openness(
        results.weekly, PUBLISHED.assign(source=["a", "sme", "rural"]), labels=labels
    ),
    "runway": lambda results, labels: figures.runway(results.enterprises, labels=labels),
    "time to money": lambda results, labels: figures.time_to_money(results.loans, labels=labels),
    "vintages": lambda results, labels: figures.vintages(results, labels=labels),
}


def launched(results, day="2020-02-17"):
    """The tables with scenarios whose programme starts on a day in the arms but ``without``."""
    start = pd.Timestamp(day).date()
    scenarios = {
        arm: SimpleNamespace(
            settings=SimpleNamespace(programme=SimpleNamespace(enabled=arm != "without", launch_date=start))
        )
        for arm in results.enterprises["arm"].cat.categories
    }
    return SimpleNamespace(**vars(results), scenarios=scenarios)


@pytest.mark.parametrize("name", LONG_FIGURES)
def test_long_names_stay_on_the_page_and_off_each_other(name):
    assert crossing(LONG_FIGURES[name](launched(RESULTS), LONG_LABELS)) == []


def test_three_arms_with_long_names_stay_on_the_page():
    results = launched(results_of(arms=("with", "a_programme_with_very_slow_decisions_of_banks", "no_loans_at_all")))
    for draw in (figures.survival, figures.difference, figures.loans):
        assert crossing(draw(results)) == []
    assert crossing(figures.time_to_money(results.loans)) == []


@pytest.mark.parametrize("name", FIGURES)
def test_marks_are_exact(name):
    figure = drawn(name)
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            shown = [(tick.get_loc(), tick.label1.get_text()) for tick in axis.get_major_ticks()]
            numbers = [
                (place, float(mark.replace("−", "-").replace(",", "")))
                for place, mark in shown
                if re.fullmatch(r"[+−]?[\d,]+(\.\d+)?", mark)
            ]
            factors = {round(number / place, 9) for place, number in numbers if abs(place) > 1e-12}
            assert factors <= {1.0} or factors <= {100.0}
            assert all(number == 0 for place, number in numbers if abs(place) <= 1e-12)


@pytest.mark.parametrize(
    ("values", "marks"),
    [
        ((0.925, 0.95, 0.975), ("92.5", "95.0", "97.5")),
        ((0.0, 0.0025, 0.005), ("0.00", "0.25", "0.50")),
        ((-0.1, 0.0, 0.1), ("−10", "0", "+10")),
        ((0.1 + 0.2, 0.4), ("30", "40")),
        ((10.0, 20.0), ("1,000", "2,000")),
        ((1 / 3, 2 / 3), ("33.33333", "66.66667")),
    ],
)
def test_marks_get_the_digits_that_they_need(values, marks):
    formatter = ticks.ExactFormatter(100.0, sign=min(values) < 0)
    assert tuple(formatter.format_ticks(list(values))) == marks


def test_shares_never_go_beyond_all():
    for figure in (figures.fates(RESULTS), figures.fates(RESULTS, "sector"), figures.who_benefits(RESULTS)):
        assert figure.axes[0].get_xlim()[1] <= 1.0


def test_the_launch_is_a_named_line_where_the_scenario_has_one():
    day = (pd.Timestamp("2020-02-17") - pd.Timestamp("1970-01-01")).days
    for draw in (figures.survival, figures.difference, figures.loans):
        figure = draw(launched(RESULTS))
        assert texts_of(figure).count("launch") == 1
        assert any(list(line.get_xdata()) == [day, day] for line in figure.axes[0].lines)
        assert "launch" not in texts_of(draw(launched(RESULTS, "2030-01-01")))
    caption = figures.survival(launched(RESULTS), "kind").get_supxlabel().replace("\n", " ")
    assert caption.endswith("grey: stoppage, under 90 % open; dotted: launch of the programme.")


def test_bank_loans_are_hatched_beside_programme_loans_only():
    hatches = {patch.get_hatch() for patch in figures.loans(RESULTS).axes[0].patches}
    assert len(hatches) == 2
    banks = SimpleNamespace(**{**vars(RESULTS), "loans": RESULTS.loans[~RESULTS.loans["programme"]]})
    figure = figures.loans(banks)
    assert not any(patch.get_hatch() for patch in figure.axes[1].patches)
    assert "bank loans" not in texts_of(figure)


@pytest.mark.parametrize("suffix", ["svg", "png"])
def test_a_file_repeats_byte_by_byte(tmp_path, suffix):
    first = figures.save(figures.survival(RESULTS), tmp_path / f"a.{suffix}").read_bytes()
    second = figures.save(figures.survival(results_of.__wrapped__()), tmp_path / "new" / f"b.{suffix}").read_bytes()
    assert first == second
    assert len(first) > 5000
    assert b"<dc:date>" not in first
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"a.{suffix}", "new"]


def test_an_unknown_kind_of_file_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"figure\.doc: figures are written as \.svg, \.png or \.pdf"):
        figures.save(figures.runway(RESULTS.enterprises), tmp_path / "figure.doc")


def test_the_style_holds_whatever_the_readers_settings_are(tmp_path):
    plain = figures.save(figures.difference(RESULTS), tmp_path / "plain.png").read_bytes()
    with mpl.rc_context({"font.size": 25, "axes.facecolor": "black", "xtick.labelsize": 20, "lines.linewidth": 9}):
        assert figures.save(figures.difference(RESULTS), tmp_path / "other.png").read_bytes() == plain


SPARSE = {
    "one seed": results_of(seeds=1, agents=40),
    "no exits": results_of(agents=40, exits=False, scale=1),
    "no loans": results_of(agents=40, loans=False),
}


@pytest.mark.parametrize("name", [name for name in FIGURES if "by" not in name])
@pytest.mark.parametrize("case", SPARSE)
def test_sparse_tables_are_drawn(name, case):
    FIGURES[name](SPARSE[case]).draw_without_rendering()


@pytest.mark.parametrize("name", [name for name in FIGURES if "by kind" not in name])
def test_one_arm_is_drawn_and_pairs_are_refused(name):
    results = results_of(arms=("run",))
    if name in OF_PAIRS:
        with pytest.raises(ValueError, match="two arms"):
            FIGURES[name](results)
    else:
        assert FIGURES[name](results).axes


def test_three_arms_are_told_apart():
    results = results_of(arms=("with", "without", "slow_loans"))
    assert len(figures.survival(results).axes[0].lines) == 3
    assert "with the programme − slow loans" in texts_of(figures.difference(results))
    assert len(figures.loans(results).axes) == 3


def test_survival_shows_the_numbers_of_the_outcomes_on_real_dates():
    figure = figures.survival(RESULTS)
    curves = outcomes.survival(RESULTS.enterprises)
    line = figure.axes[0].lines[0]
    np.testing.assert_allclose(line.get_ydata(), curves[curves["arm"] == "with"]["survival"])
    assert line.get_xdata()[0] == (START - pd.Timestamp("1970-01-01")).days
    words = texts_of(figure)
    assert "Feb\n2020" in words
    assert "stoppage: under 90 % open" in words
    february = (pd.Timestamp("2020-02-01") - START).days
    part = RESULTS.enterprises[RESULTS.enterprises["arm"] == "with"]
    left = (part["duration_days"] >= february).sum() / 3 * RESULTS.scale
    assert f"{left / 1e3:,.0f}" in words


def test_loans_have_one_scale_and_the_money_of_the_outcomes():
    figure = figures.loans(RESULTS)
    assert figure.axes[0].get_ylim() == figure.axes[1].get_ylim()
    drawn = sum(patch.get_height() for patch in figure.axes[0].patches)
    volume = outcomes.loan_volume(RESULTS.loans, scale=RESULTS.scale)
    assert drawn == pytest.approx(volume[volume["arm"] == "with"]["money_yuan"].sum() / 1e9)


def test_many_groups_are_shown_as_seven_and_other():
    draw = np.random.default_rng(2)
    loans = RESULTS.loans.assign(lender_group=[f"bank {number}" for number in draw.integers(0, 30, len(RESULTS.loans))])
    figure = figures.loans(SimpleNamespace(**{**vars(RESULTS), "loans": loans}))
    names = [word.get_text() for word in figure.legends[0].get_texts()]
    assert len(names) == 10
    assert names[-3:] == ["other", "programme loans", "bank loans"]


def test_the_fates_drawn_are_all_enterprises():
    figure = figures.fates(RESULTS)
    assert sum(patch.get_width() for patch in figure.axes[0].patches) == pytest.approx(1.0)


def test_dollars_and_carets_are_letters(tmp_path):
    figure = figures.survival(RESULTS, "kind", labels={"sme": "$_b^2$ 100%_x", "rural": "a$b"})
    assert "$_b^2$ 100%_x" in texts_of(figure)
    figures.save(figure, tmp_path / "figure.svg")


@pytest.fixture
def no_chinese_font(monkeypatch):
    """A machine with Matplotlib's own font only."""
    caches = (text.font_families, text._has, text._characters, text._font_file)
    for cache in caches:
        cache.cache_clear()
    monkeypatch.setattr(text, "FONTS", ("DejaVu Sans",))
    yield
    for cache in caches:
        cache.cache_clear()


@pytest.mark.usefixtures("no_chinese_font")
def test_without_a_chinese_font_the_english_name_stands(tmp_path, caplog):
    assert text.name_of("sme", CHINESE) == "small and medium enterprises"
    assert text.name_of("rural", CHINESE) == "rural"
    assert text.name_of("网商_bank") == "U+7F51 U+5546  bank"
    figure = figures.loans(RESULTS, labels=CHINESE)
    with caplog.at_level(logging.WARNING):
        figures.save(figure, tmp_path / "figure.png")
    assert not any("\u4e00" <= mark <= "\u9fff" for word in texts_of(figure) for mark in word)
    assert not caplog.records


@pytest.mark.skipif(not text.can_draw("网商银行"), reason="no installed font has Chinese")
def test_with_a_chinese_font_the_given_name_is_drawn(tmp_path, caplog):
    figure = figures.loans(RESULTS, labels=CHINESE)
    with caplog.at_level(logging.WARNING):
        figures.save(figure, tmp_path / "figure.svg")
    assert "网商银行" in texts_of(figure)
    assert not caplog.records


def test_the_search_for_fonts_says_nothing_and_the_log_is_left_as_it_was(caplog):
    log = logging.getLogger("matplotlib.font_manager")
    filters = list(log.filters)
    with caplog.at_level(logging.DEBUG), text.quiet_fonts(), text.quiet_fonts():
        log.warning("findfont: Font family %s not found.", "'SimHei'")
        log.warning("generated new fontManager")
    assert [record.getMessage() for record in caplog.records] == ["generated new fontManager"]
    assert log.filters == filters
