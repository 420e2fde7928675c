"""The journal: every movement of money of a step, summed by kind, from one account to another; kept with ``audit``.

An account is everybody of one sort: all enterprises in business, all that wait to enter, all households, all lenders,
the government, the central bank, the rest of the economy. Movements inside an account (from one lender to another, say)
do not appear. The journal is made of what the rules say they paid, the balances of what everybody holds.
"""

from __future__ import annotations

import numpy as np

from sim.model.economy import Economy

ENTERPRISES, ENTRANTS, HOUSEHOLDS, LENDERS = "enterprises", "entrants", "households", "lenders"
GOVERNMENT, CENTRAL_BANK, REST = "government", "central_bank", "rest_of_economy"
ACCOUNTS = (ENTERPRISES, ENTRANTS, HOUSEHOLDS, LENDERS, GOVERNMENT, CENTRAL_BANK, REST)
OPENING = "opening"
Posting = tuple[int, str, str, str, int]
"""Step, kind, payer, payee, amount [real fen]."""

FLOWS = (
    ("sales", REST, ENTERPRISES),
    ("inputs", ENTERPRISES, REST),
    ("wages", ENTERPRISES, HOUSEHOLDS),
    ("fixed", ENTERPRISES, REST),
    ("living", ENTERPRISES, HOUSEHOLDS),
    ("dividends", ENTERPRISES, REST),
    ("elsewhere", REST, HOUSEHOLDS),
    ("benefits", GOVERNMENT, HOUSEHOLDS),
    ("spending", HOUSEHOLDS, REST),
    ("wage_support", GOVERNMENT, ENTERPRISES),
    ("rent_waiver", GOVERNMENT, REST),
    ("grants", GOVERNMENT, ENTERPRISES),
    ("interest_subsidy", GOVERNMENT, LENDERS),
    ("guarantees", GOVERNMENT, LENDERS),
    ("collateral_sold", REST, ENTERPRISES),
    ("estate_owner", ENTERPRISES, REST),
)
"""Flows of a step that stand in its totals: kind, payer, payee."""
OF_LENDERS = (("disbursed", LENDERS, ENTERPRISES), ("principal", ENTERPRISES, LENDERS))


def opening(economy: Economy, start: np.ndarray) -> list[Posting]:
    """What every account holds before the first step."""
    held = {
        ENTERPRISES: economy.scale * int(start["enterprise_cash"]),
        ENTRANTS: economy.scale * int(start["capital_waiting"]),
        HOUSEHOLDS: economy.scale * int(start["household_cash"]),
        LENDERS: int(economy.lenders["funds"].sum()),
        GOVERNMENT: economy.government,
        CENTRAL_BANK: economy.central_bank,
        REST: economy.rest,
    }
    return [(-1, OPENING, OPENING, account, held[account]) for account in ACCOUNTS]


def postings(
    economy: Economy,
    flow: np.ndarray,
    lender_flows: np.ndarray,
    from_lenders: int,
    waiting_before: int,
    central_bank_before: int,
) -> list[Posting]:
    """Movements of the step that has just been settled; those of nothing are left out.

    Parameters
    ----------
    economy
        After the step.
    flow, lender_flows
        The step's totals and those of each lender [fen × agents].
    from_lenders
        What lenders paid to the rest of the economy: cost of funds and pay-outs [real fen].
    waiting_before, central_bank_before
        Cash of those that had not entered [fen × agents], and what the central bank held [real fen], before the step.
    """
    scale, step = economy.scale, economy.step
    found = [(kind, payer, payee, scale * int(flow[kind])) for kind, payer, payee in FLOWS]
    found += [(kind, payer, payee, scale * int(lender_flows[kind].sum())) for kind, payer, payee in OF_LENDERS]
    interest = int(lender_flows["interest"].sum()) - int(flow["interest_subsidy"])
    relending = central_bank_before - economy.central_bank
    found += [
        ("interest", ENTERPRISES, LENDERS, scale * interest),
        ("funding_and_pay_outs", LENDERS, REST, from_lenders),
        ("capital", ENTRANTS, ENTERPRISES, scale * (waiting_before - int(flow["capital_waiting"]))),
        ("relending", CENTRAL_BANK, LENDERS, max(0, relending)),
        ("relending_returned", LENDERS, CENTRAL_BANK, max(0, -relending)),
        ("relending_subsidy", GOVERNMENT, LENDERS, economy.relending_subsidy),
    ]
    return [(step, kind, payer, payee, amount) for kind, payer, payee, amount in found if amount]
