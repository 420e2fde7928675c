"""The codes that fields hold: why an enterprise closed, where a loan stands, why it was refused."""

from __future__ import annotations

from enum import IntEnum, IntFlag


class ExitCause(IntEnum):
    """Why an enterprise closed for good."""

    NONE = 0
    ILLIQUID = 1
    OTHER = 2


class LoanStatus(IntEnum):
    """Where an application or loan stands; it only moves down this list."""

    WAITING = 0
    APPROVED = 1
    REFUSED = 2
    WITHDRAWN = 3
    PERFORMING = 4
    OVERDUE = 5
    NON_PERFORMING = 6
    REPAID = 7
    WRITTEN_OFF = 8


class Refusal(IntEnum):
    """Why an application was refused."""

    NONE = 0
    NO_COLLATERAL = 1
    NO_HISTORY = 2
    PRICE = 3
    CUT_BACK = 4
    FUNDS = 5
    EQUITY = 6
    QUOTA = 7
    ENVELOPE = 8


class TakeUp(IntEnum):
    """How far the programme reached an enterprise; it only moves down this list."""

    NO_NEED = 0
    DISCOURAGED = 1
    UNAWARE = 2
    UNREACHABLE = 3
    PRECAUTIONARY = 4
    ASKED = 5


class LentBy(IntFlag):
    """Who paid out a new loan to an enterprise."""

    BANK = 1
    PROGRAMME = 2


class MeasureIndex(IntEnum):
    """Place of each measure in the conditions of a step."""

    HOLIDAY = 0
    GUARANTEE = 1
    SUBSIDY = 2
    RENT = 3
    WAGES = 4
    GRANT = 5
