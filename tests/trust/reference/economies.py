"""Random small economies for the comparison: those of tests.support.economies, every other switch drawn too."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from sim.scenario.resolved import Scenario
from tests.support.economies import CAPS, SHARES, day, mostly, paths, product_trees, scenario_of, split_in, trees

WHICH_KINDS = mostly([None], [["sme"], ["self_employed", "rural"]])


@st.composite
def fuller_trees(draw: Any, weeks: int, enterprises: int) -> dict[str, Any]:
    """Settings with more regions and sectors, measures for some, programme products, lenders of some regions."""
    tree = draw(trees(weeks, enterprises))
    days = tree["calendar"]["weeks"] * 7
    add_places(draw, tree, days)
    regions = list(tree["regions"])
    some = st.none() | st.lists(st.sampled_from(regions), min_size=1, max_size=2, unique=True)
    for measure in tree["measures"].values():
        measure["kinds"], measure["regions"] = draw(WHICH_KINDS), draw(some)
        if draw(st.booleans()):
            measure["start"], measure["end"] = None, None
    if "payment_holiday" in tree["measures"]:
        tree["measures"]["payment_holiday"]["share"] = draw(SHARES)
    for group in tree["lenders"].values():
        group["regions"] = draw(some)
        group["programme_from"] = draw(st.none() | st.integers(0, 60).map(day))
    add_programme(draw, tree, some)
    add_terms(draw, tree)
    return tree


def add_places(draw: Any, tree: dict[str, Any], days: int) -> None:
    """A third region and a third sector, or paths of their own."""
    if draw(st.booleans()):
        tree["regions"]["coast"] = {"title": "Coast", "enterprise_share": 0.0}
        for name, share in split_in(draw, list(tree["regions"])).items():
            tree["regions"][name]["enterprise_share"] = share
    if draw(st.booleans()):
        tree["sectors"]["crafts"] = {**tree["sectors"]["trade"], "title": "Crafts", "rent_share": 0.0}
        for kind in tree["kinds"].values():
            kind["sectors"] = split_in(draw, list(tree["sectors"]))
    for region in tree["regions"].values():
        region["demand"] = draw(paths(days, 2.0))
    for sector in tree["sectors"].values():
        sector["openness"] = draw(paths(days))


def add_programme(draw: Any, tree: dict[str, Any], some: Any) -> None:
    """Who may borrow, and the programme's further products."""
    programme = tree["programme"]
    programme["eligible_kinds"] = draw(mostly([["sme", "self_employed", "rural"]], [["sme"]]))
    programme["eligible_regions"] = draw(some)
    members = [name for name in list(tree["lenders"])[:1] if name in programme["members"]]
    programme["products"] = {
        f"special_{number}": {
            **draw(product_trees()),
            "offered_by": draw(st.sampled_from([None, members or None])),
            "kinds": draw(WHICH_KINDS),
            "regions": draw(some),
            "asked_from_yuan": draw(CAPS),
        }
        for number in range(draw(st.integers(0, 2)))
    }
    for product in (*tree["products"].values(), *programme["products"].values(), programme):
        product["collateral_required"] = draw(st.booleans())
        product["ltv_share"] = draw(SHARES)
        product["operating_cost_yearly"] = draw(st.sampled_from([0.0, 0.01]))


def add_terms(draw: Any, tree: dict[str, Any]) -> None:
    """Terms that the small economies leave at their usual values."""
    tree["underwriting"] = {
        "stress_factor": draw(mostly([1.0, 2.0], [20.0])),
        "pd_slope": draw(mostly([0.6], [0.0, 2.0])),
        "lgd_unsecured_share": draw(SHARES),
        "collateral_haircut_share": draw(SHARES),
        "least_granted_share": draw(SHARES),
    }
    tree["credit_demand"]["horizon_days"] = draw(mostly([56.0], [0.0, 365.0]))
    tree["credit_demand"]["restock_days"] = draw(mostly([28.0], [0.0]))
    tree["credit_demand"]["precautionary_days"] = draw(mostly([28.0], [0.0, 1.0]))
    tree["labour"]["layoff_runway_days"] = draw(mostly([28.0, 200.0], [0.0]))
    tree["labour"]["job_finding_rate_yearly"] = draw(mostly([0.95], [0.0, 0.3]))
    tree["sales"]["capacity_ratio"] = draw(mostly([1.5], [1.0, 10.0]))
    tree["sales"]["persistent_half_life_days"] = draw(mostly([180.0], [0.5, 3650.0]))
    tree["sales"]["noise_half_life_days"] = draw(mostly([28.0], [0.5]))
    tree["spillovers"]["trade_credit_days"] = draw(mostly([38.0], [1.0, 400.0]))
    tree["repayment"]["buffer_kept_share"] = draw(SHARES)
    tree["exit"]["assets_share"] = draw(mostly([0.0, 0.3], [5.0]))
    tree["exit"]["quality_slope"] = draw(mostly([0.5], [0.0, 3.0]))


def economies(weeks: int = 20, enterprises: int = 40) -> st.SearchStrategy[Scenario]:
    """Scenarios of random small economies."""
    return fuller_trees(weeks, enterprises).map(scenario_of)
