"""The root of the scenario schema and the checks that need more than one setting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pydantic import Field, model_validator

from sim.scenario.schema_economy import (
    Calendar,
    Households,
    Kind,
    KindName,
    Labour,
    Payments,
    Population,
    Region,
    Sales,
    Sector,
    Spillovers,
)
from sim.scenario.schema_finance import (
    CreditDemand,
    Exit,
    LenderGroup,
    Product,
    Programme,
    Repayment,
    Underwriting,
)
from sim.scenario.schema_firms import FirmTable
from sim.scenario.schema_measures import Measures
from sim.scenario.schema_stoppage import Stoppage
from sim.scenario.settings import Name, Settings, setting


class ScenarioSettings(Settings):
    """Everything a run is made of."""

    schema_version: Literal[1, 2] = Field(
        2,
        alias="schema",
        description="version of the scenario format",
        json_schema_extra={"unit": "number", "role": "structure"},
    )
    title: str = setting(
        ..., "what the scenario is, in a few words", unit="text", role="structure", min_length=1, max_length=120
    )
    description: str = setting("", "what it is for", unit="text", role="structure", max_length=4000)
    currency: str = setting(
        "yuan", "name of its currency in tables and figures; settings and columns say yuan for one unit of it",
        unit="text", role="structure", min_length=1, max_length=20,
    )  # fmt: skip
    sources: dict[str, str] = setting({}, "where each number comes from, by setting", unit="text", role="structure")
    calendar: Calendar = setting(Calendar(), "when", unit="group", role="structure")
    population: Population = setting(Population(), "how many agents", unit="group", role="structure")
    kinds: dict[KindName, Kind] = setting(..., "kinds of enterprise", unit="group", min_length=1)
    sectors: dict[Name, Sector] = setting(..., "sectors", unit="group", min_length=1)
    regions: dict[Name, Region] = setting(..., "regions", unit="group", min_length=1, max_length=60)
    stoppage: Stoppage = setting(Stoppage(), "who is open", unit="group")
    sales: Sales = setting(Sales(), "sales", unit="group")
    spillovers: Spillovers = setting(Spillovers(), "links between enterprises", unit="group", role="structure")
    payments: Payments = setting(Payments(), "payments", unit="group")
    labour: Labour = setting(Labour(), "labour", unit="group")
    households: Households = setting(Households(), "households", unit="group")
    credit_demand: CreditDemand = setting(CreditDemand(), "credit demand", unit="group")
    products: dict[Name, Product] = setting({}, "loan products besides the programme's", unit="group", role="lever")
    underwriting: Underwriting = setting(Underwriting(), "underwriting", unit="group")
    lenders: dict[Name, LenderGroup] = setting({}, "lender groups", unit="group", max_length=60)
    repayment: Repayment = setting(Repayment(), "repayment", unit="group")
    exit: Exit = setting(Exit(), "exit", unit="group")
    measures: Measures = setting(Measures(), "what else could be done", unit="group", role="lever")
    programme: Programme = setting(Programme(), "the programme", unit="group", role="lever")
    firms: FirmTable = setting(FirmTable(), "a firm table of one's own", unit="group", role="structure")

    @model_validator(mode="after")
    def _references(self) -> ScenarioSettings:
        problems = [*_unknown_names(self), *_bad_sums(self), *_bad_paths(self)]
        if problems:
            raise ValueError("\n".join(problems))
        return self


def _unknown_names(scenario: ScenarioSettings) -> list[str]:
    """One line for each name that is used but not declared."""
    used: list[tuple[str, Iterable[str], Mapping[str, Any], str]] = []
    for kind_name, kind in scenario.kinds.items():
        used += [(f"kinds.{kind_name}.sectors.{one}", [one], scenario.sectors, "sector") for one in kind.sectors]
    for sector_name, sector in scenario.sectors.items():
        used += [
            (f"sectors.{sector_name}.inputs_from.{one}", [one], scenario.sectors, "sector")
            for one in sector.inputs_from
        ]
    for group_name, group in scenario.lenders.items():
        used += [(f"lenders.{group_name}.products", group.products, scenario.products, "product")]
        used += [(f"lenders.{group_name}.regions", group.regions or (), scenario.regions, "region")]
    programme = scenario.programme
    used += [("programme.members", programme.members, scenario.lenders, "lender")]
    used += [("programme.eligible_regions", programme.eligible_regions or (), scenario.regions, "region")]
    for name, product in programme.products.items():
        used += [(f"programme.products.{name}.offered_by", product.offered_by or (), scenario.lenders, "lender")]
        used += [(f"programme.products.{name}.regions", product.regions or (), scenario.regions, "region")]
    for name in type(scenario.measures).model_fields:
        regions = getattr(scenario.measures, name).regions or ()
        used += [(f"measures.{name}.regions", regions, scenario.regions, "region")]
    for number, wave in enumerate(scenario.stoppage.waves):
        used += [(f"stoppage.waves[{number}].sectors", wave.sectors or (), scenario.sectors, "sector")]
        used += [(f"stoppage.waves[{number}].regions", wave.regions or (), scenario.regions, "region")]
    places: list[tuple[str, Mapping[str, Any]]] = [("sector", scenario.sectors), ("region", scenario.regions)]
    for what, known in [("kind", {str(name): kind for name, kind in scenario.kinds.items()}), *places]:
        codes, default = getattr(scenario.firms, f"{what}_codes"), getattr(scenario.firms, f"{what}_default")
        used += [(f"firms.{what}_codes.{one}", [one], known, what) for one in codes]
        used += [(f"firms.{what}_default", [default], known, what)] if default is not None else []
    return [
        f"{path if len(list(names)) == 1 and path.endswith(one) else f'{path}[{place}]'}: "
        f"unknown {what} {one}; known: {', '.join(known) or 'none'}"
        for path, names, known, what in used
        for place, one in enumerate(names)
        if one not in known
    ]


def _bad_sums(scenario: ScenarioSettings) -> list[str]:
    """One line for each set of shares that does not add to what it must."""
    problems = []
    total = sum(region.enterprise_share for region in scenario.regions.values())
    if abs(total - 1.0) > 1e-6:
        problems.append(f"regions: enterprise_share adds to {total:.6g} over the regions; it must add to 1")
    for name, sector in scenario.sectors.items():
        bought = sum(sector.inputs_from.values())
        if bought > 1.0 + 1e-9:
            problems.append(f"sectors.{name}.inputs_from: the shares add to {bought:.6g}; at most 1")
        if sector.household_demand_share + sector.input_demand_share > 1.0 + 1e-9:
            problems.append(f"sectors.{name}.input_demand_share: with household_demand_share more than 1")
    if scenario.population.enterprises and not any(kind.real_enterprises for kind in scenario.kinds.values()):
        problems.append("kinds: real_enterprises is 0 for every kind; give one, or set population.enterprises to 0")
    if scenario.repayment.write_off_days < scenario.repayment.non_performing_days:
        problems.append("repayment.write_off_days: must not be before non_performing_days")
    return problems


def _bad_paths(scenario: ScenarioSettings) -> list[str]:
    """One line for each dated path whose dates do not rise."""
    paths: list[tuple[str, Any]] = [(f"stoppage.{f}", getattr(scenario.stoppage, f)) for f in ("openness", "capacity")]
    paths += [(f"kinds.{n}.{f}", getattr(k, f)) for n, k in scenario.kinds.items() for f in ("openness", "capacity")]
    paths += [(f"sectors.{n}.{f}", getattr(s, f)) for n, s in scenario.sectors.items() for f in ("demand", "openness")]
    paths += [(f"regions.{n}.{f}", getattr(r, f)) for n, r in scenario.regions.items() for f in ("demand", "openness")]
    problems = []
    for name, path in paths:
        dates = [point[0] for point in path]
        if any(later <= earlier for earlier, later in zip(dates, dates[1:], strict=False)):
            problems.append(f"{name}: the dates must rise from point to point")
    return problems
