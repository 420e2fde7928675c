"""The building blocks of the scenario schema: one declaration a setting drives defaults, checks and documentation."""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Role = Literal["lever", "uncertainty", "structure"]


class Settings(BaseModel):
    """A group of settings: unknown keys, loose types, NaN and later changes are refused."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        allow_inf_nan=False,
        validate_default=True,
        use_attribute_docstrings=False,
    )


def setting(default: Any, description: str, *, unit: str, role: Role = "uncertainty", **limits: Any) -> Any:
    """A schema field that carries its description, unit and role.

    Parameters
    ----------
    default
        Value used when no scenario file sets it; ``...`` makes the setting required.
    description
        What the number means, in the words of the field.
    unit
        Unit shown to people: ``"yuan"``, ``"days"``, ``"share"`` (0 to 1), ``"per year"``, ``"count"``, ``"name"`` ...
    role
        ``"lever"`` (what policy sets), ``"uncertainty"`` (what the world sets), ``"structure"`` (how the run is made).
    limits
        Pydantic limits: ``ge``, ``gt``, ``le``, ``lt``, ``min_length`` ...
    """
    extra: dict[str, Any] = {"unit": unit, "role": role}
    if default is ...:
        return Field(description=description, json_schema_extra=extra, **limits)
    return Field(default, description=description, json_schema_extra=extra, **limits)


Share = Annotated[float, Field(ge=0.0, le=1.0)]
"""A part of a whole, 0 to 1."""

FIRST_DAY, LAST_DAY = datetime.date(1900, 1, 1), datetime.date(2200, 12, 31)

Day = Annotated[datetime.date, Field(ge=FIRST_DAY, le=LAST_DAY)]
"""A date that a run can reach."""

DatedShare = tuple[Day, Share]
"""A date and a share on that date, written ``[2020-02-10, 0.20]``."""

DatedRatio = tuple[Day, Annotated[float, Field(ge=0.0, le=5.0)]]
"""A date and a ratio to normal on that date, written ``[2020-02-10, 0.55]``."""

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
"""A key made of lower-case letters, digits and underscores, 40 at most."""
