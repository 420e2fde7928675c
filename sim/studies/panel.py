"""The panel that an evaluator would see: one run as enterprise × period, without anything that only the model knows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.model import Model
from sim.model.model import Engine
from sim.results.run_tables import PERFORMING, dates, enterprise_table, yuan
from sim.scenario import Scenario
from sim.scenario.seeds import one_seed

KNOWN_BEFORE = ("kind", "sector", "region", "staff", "yearly_sales_yuan", "digital", "banked")
"""What is known of an enterprise from the start."""

Numbers = npt.NDArray[np.int64]


def panel(scenario: Scenario, seed: int = 1, *, weeks: int = 4, engine: Engine = "compiled") -> pd.DataFrame:
    """One run as a panel of what an evaluator could observe of each enterprise in each period.

    Parameters
    ----------
    scenario, seed
        The scenario and the seed of the run. The same seed gives the same enterprises and draws in every scenario.
    weeks
        Length of a period. The last period ends with the run and may be shorter.
    engine
        ``"compiled"`` or ``"mesa"``.

    Returns
    -------
    pandas.DataFrame
        One row per enterprise of the start and period, ordered by both: seed, enterprise, period, start, days [of the
        period], the columns ``KNOWN_BEFORE``, sales_yuan [of the period], in_business [at its end], asked [applied to
        the programme in the period], programme_yuan, bank_yuan [new loans paid out in the period]. Money is that of one
        real enterprise.

    Raises
    ------
    ValueError
        If a period has less than a week, or the seed is none (a ``ScenarioError``).

    Examples
    --------
    >>> import sim
    >>> scenario = sim.load("china-2020", ["population.enterprises=200", "calendar.weeks=12"])
    >>> table = sim.panel(scenario, seed=1, weeks=4)
    >>> len(table), table["days"].unique().tolist()
    (600, [28])
    """
    seed = one_seed(seed)
    if weeks < 1:
        raise ValueError(f"weeks: {weeks} is not a length of a period; write 1 or more")
    model = Model(scenario.set({"population.results": "panels"}), rng=seed, engine=engine)
    calendar = model.economy.calendar
    length = weeks * 7 // calendar.step_days
    periods = -(-calendar.horizon // length)
    many = scenario.settings.population.enterprises
    order = np.argsort(model.economy.enterprises["id"], kind="stable")[:many]
    sales, there = np.zeros((many, periods), np.int64), np.zeros((many, periods), bool)
    for step in range(calendar.horizon):
        model.step()
        rows = model.economy.enterprises
        exists = rows["exists"][order] == 1
        sales[:, step // length] += np.where(exists, rows["sales"][order], 0)
        there[:, step // length] = exists
    start = np.arange(periods) * length
    days = (np.minimum(start + length, calendar.horizon) - start) * calendar.step_days
    known = enterprise_table(model)
    frame = pd.DataFrame({"seed": seed, "enterprise": np.repeat(known["enterprise"].to_numpy(), periods)})
    frame["period"] = np.tile(np.arange(periods), many)
    frame["start"] = np.tile(dates(model.economy, start), many)
    frame["days"] = np.tile(days, many)
    for name in KNOWN_BEFORE:
        frame[name] = known[name].repeat(periods).array
    frame["sales_yuan"] = yuan(sales.ravel())
    frame["in_business"] = there.ravel()
    frame = frame.assign(**_credit(model, order, length, periods))
    model.free()
    return frame


def _credit(model: Model, order: Numbers, length: int, periods: int) -> dict[str, npt.NDArray[np.generic]]:
    """Applications to the programme and money lent, by enterprise and period, each [enterprises × periods]."""
    economy = model.economy
    loans = economy.loans[: economy.loan_count]
    new = loans["existing"] == 0
    programme = new & (economy.products["programme"][loans["product"]] == 1)
    bank = new & ~programme
    paid = (loans["payout_step"] >= 0) & (loans["status"] >= PERFORMING)
    place = np.full(len(economy.enterprises), -1)
    place[order] = np.arange(len(order))

    def summed(chosen: npt.NDArray[np.bool_], step: str, amount: npt.NDArray[np.generic]) -> Numbers:
        total = np.zeros((len(order), periods), np.int64)
        when = loans[step] // length
        chosen = chosen & (place[loans["enterprise"]] >= 0) & (when < periods)
        np.add.at(total, (place[loans["enterprise"][chosen]], when[chosen]), amount[chosen])
        return total.ravel()

    asked = summed(programme, "applied_step", np.ones(len(loans), np.int64))
    return {
        "asked": asked > 0,
        "programme_yuan": yuan(summed(paid & programme, "payout_step", loans["amount"])),
        "bank_yuan": yuan(summed(paid & bank, "payout_step", loans["amount"])),
    }
