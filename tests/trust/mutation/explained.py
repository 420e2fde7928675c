"""Changes that no test can find, with the reason: they change nothing that anybody could see."""

from __future__ import annotations

EXPLAINED: dict[str, str] = {
    "money.py part_of: if claims <= 0 → if claims < 0": "where all claims are 0 the claim is 0 either way",
    "money.py part_of: return 0 dropped": "where all claims are 0 the claim is 0 either way",
    "pay_secured: if is_running(loan) and loan.collateral > 0 →": "without collateral its part of the proceeds is 0",
    "room_left: if by_equity < room → if by_equity <= room": "where both are equal either is the room",
    "if vacancies > 0 → if vacancies >= 0": "without vacancies nobody is hired either way",
    "if enterprise.staff > needed and enterprise.cash": "as many as needed: nothing changes",
    "share > 0.0 and uniform": "with a share of 0 no draw lies below it",
    "if left <= 1 else not_yet_due // left": "with one instalment left the whole is that instalment: divided by 1",
    "look_ahead: ": "asking ahead changes nothing",
    "find_work: if out_of_work > 0 → if out_of_work > -1": "nobody out of work: nobody is found work",
    "math.copysign(0.5, amount) → math.copysign(-0.5, amount)": "copysign takes only the size of the first",
    "share_of_measure: if share == 0.0 or not in_mask(conditions.measure_kinds": "a share of 0 is given back as it is",
    "draw_lender(enterprise, lenders, ANY_ROOM, -2, key)": "any group below 0 stands for the members",
    "economy.programme['outstanding'][-1]": "the table has one row",
}
"""Name of a mutant, or a part that several names share, and why it survives."""


def why(name: str) -> str:
    """Why a change survives; nothing when it is not known."""
    return next((reason for part, reason in EXPLAINED.items() if part in name), "")
