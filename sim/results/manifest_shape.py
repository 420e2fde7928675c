"""What a manifest of results must be, as one strict model: checked before anything else of a folder is believed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from sim.scenario.problems import is_plain, one_line, shown

FORMAT = 1
KIND = "kind"
"""Key that manifests of other folders of this program have (a sweep, an attribution), and results have not."""


class FieldError(ValueError):
    """Text that is no manifest of results: which field, what it is, what was expected."""

    def __init__(self, field: str, found: str, expected: str) -> None:
        self.field, self.found, self.expected = field, found, expected
        super().__init__(f"{field} {found}; expected {expected}")


def plain(name: str) -> str:
    """A name that a file in the folder may have."""
    if not is_plain(name):
        raise ValueError("cannot be the name of a file")
    return name


Name = Annotated[str, AfterValidator(plain)]
Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=0, le=2**63 - 1)]
Seed = Count


class Strict(BaseModel):
    """Nothing is converted, nothing unknown is passed over, no number is infinite."""

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False, frozen=True)


class ArmAbout(Strict):
    """An arm: the name of its scenario, and the hash of its settings."""

    scenario: Name
    digest: Digest


class FirmsAbout(Strict):
    """A firm table: where it came from, and how many of its rows were used, dropped (and why) and filled in."""

    file: str
    sha256: Digest
    rows: Count
    used: Count
    dropped: dict[str, Count]
    blank_cells_drawn: dict[str, Count]


class Machine(Strict):
    """Where it was run."""

    system: str
    processor: str


class Manifest(Strict):
    """The manifest of a results folder; each field says what is expected of it."""

    format: Literal[1] = Field(description="the number of the format, 1")
    id: Digest = Field(description="the hash of arms, seeds and version, 64 hexadecimal digits")
    status: Literal["done", "some runs failed"] = Field(description="done or some runs failed")
    command: str = Field(description="the command, a text")
    arms: dict[Name, ArmAbout] = Field(
        min_length=1, description="at least one arm, each with scenario (a name) and digest (64 hexadecimal digits)"
    )
    seeds: list[Seed] = Field(min_length=1, description="a list of different whole numbers from 0 to 2^63 − 1")
    runs: Count = Field(description="the number of arms times that of seeds")
    failed: list[tuple[Name, Seed, str]] = Field(description="arm, seed and reason of each run that failed")
    scale: int = Field(ge=1, le=2**53, description="a whole number from 1")
    firms: list[FirmsAbout] = Field(default=[], description="file, hash and rows of each firm table")
    seconds: float = Field(ge=0, description="a number from 0")
    versions: dict[str, str] = Field(description="a version, a text, by the name of each library")
    machine: Machine = Field(description="system and processor, two texts")
    files: dict[str, Digest] = Field(description="a hash, 64 hexadecimal digits, by the name of each file")

    @model_validator(mode="after")
    def agrees(self) -> Manifest:
        """What the fields say of one another."""
        if len(set(self.seeds)) < len(self.seeds):
            raise FieldError("seeds", "names a seed twice", wanted("seeds"))
        if self.runs != len(self.arms) * len(self.seeds):
            raise FieldError("runs", f"is {self.runs}", f"{len(self.arms) * len(self.seeds)}: {wanted('runs')}")
        for arm, seed, _ in self.failed:
            if arm not in self.arms or seed not in self.seeds:
                raise FieldError("failed", f"names a run that is none: {shown(arm)}, seed {seed}", wanted("failed"))
        if (self.status == "done") == bool(self.failed):
            raise FieldError("status", f"is {shown(self.status)} with {len(self.failed)} failed runs", wanted("status"))
        if "tideover" not in self.versions:
            raise FieldError("versions.tideover", "is missing", wanted("versions"))
        return self


def wanted(field: str) -> str:
    """What is expected of a field, in words."""
    return str(Manifest.model_fields[field].description)


def parsed(content: bytes) -> dict[str, Any]:
    """A manifest as plain data, once it is what a manifest must be.

    Raises
    ------
    FieldError
        With the first field that is not as expected.
    """
    try:
        found = Manifest.model_validate_json(content)
    except ValidationError as error:
        raise described(error) from None
    return dict(found.model_dump(mode="json"))


def described(error: ValidationError) -> FieldError:
    """The first thing that is wrong, as field, what was found and what was expected."""
    first = error.errors(include_url=False)[0]
    reason = first.get("ctx", {}).get("error")
    if isinstance(reason, FieldError):
        return reason
    place = [str(part) for part in first["loc"]]
    if not place:
        return FieldError("", "is no manifest", "an object of JSON")
    field = one_line(".".join(part[:60] for part in place))
    if first["type"] == "extra_forbidden":
        return FieldError(field, "is not known here", "only fields that this version writes")
    found = "is missing" if first["type"] == "missing" else f"is {briefly(first['input'])}"
    return FieldError(field, found, wanted(place[0]))


def briefly(value: Any) -> str:
    """A value as a message shows it."""
    if isinstance(value, (dict, list)):
        return "an object" if isinstance(value, dict) else "a list"
    return shown(value)


def kind_in(path: Path) -> str:
    """What another folder of this program says it is; nothing for results and for what is no manifest."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return ""
    kind = found.get(KIND) if isinstance(found, dict) else None
    return kind if isinstance(kind, str) and kind.startswith("tideover ") and kind.isprintable() else ""
