"""R18: a delay in days added to the step number."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.economies import run, tables, toy


@pytest.mark.parametrize(("step_days", "weeks", "steps"), [(7, 20, 3), (1, 14, 21)])
def test_a_delay_of_21_days_is_3_weekly_or_21_daily_steps(step_days, weeks, steps):
    changes = {
        "calendar.step_days": step_days,
        "calendar.weeks": weeks,
        "programme.decision_days": 21,
        "programme.payout_days": 0,
    }
    loans = tables(run(toy(changes), 2))["loans"]
    paid = loans[(loans["product"] == 2) & (loans["status"] >= 4)]
    assert len(paid) > 0
    assert np.unique(paid["payout_step"] - paid["applied_step"]).tolist() == [steps]
