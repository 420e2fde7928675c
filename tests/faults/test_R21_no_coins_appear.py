"""R21: coins appear in the course of many small transfers."""

from __future__ import annotations

import numpy as np

from sim.arithmetic.money import part_of


def test_a_hundred_thousand_transfers_of_thirds_make_no_fen():
    luck = np.random.default_rng(0)
    balances = luck.integers(1, 100_000, 500).tolist()
    total = sum(balances)
    for payer, first, second, third in luck.integers(0, 500, (100_000, 4)).tolist():
        amount, claims = balances[payer] | 1, 3
        amount = min(amount, balances[payer])
        for payee in (first, second, third):
            paid = part_of(amount, 10**9, claims * 10**9)
            balances[payer] -= paid
            balances[payee] += paid
            amount, claims = amount - paid, claims - 1
        assert amount == 0
    assert sum(balances) == total
    assert min(balances) >= 0
