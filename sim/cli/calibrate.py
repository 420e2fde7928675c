"""The verb ``calibrate``: fit declared free parameters to published targets, resumable."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Optional

import typer

from sim.cli.options import Debug, Jobs, Json, Out, Quiet, ScenarioName, Settings, note, plain_errors, say

KIND = "tideover calibration"
FILES = ("trials.csv", "identified.csv", "fit.csv", "fitted.txt")


def add(app: typer.Typer) -> None:
    """Give the command line the verb ``calibrate``."""
    app.command(name="calibrate")(calibrate)


def calibrate(
    scenario: ScenarioName,
    free: Annotated[
        Optional[list[str]],
        typer.Option(metavar="KEY=LOW:HIGH", help="A free parameter; repeat. None: those the scenario declares."),
    ] = None,
    trials: Annotated[int, typer.Option(help="Trials in all, those already in the folder included.", min=1)] = 50,
    seeds: Annotated[int, typer.Option(help="Seeds of each trial.", min=1, max=1000)] = 2,
    seed: Annotated[int, typer.Option(help="Seed of the search and first seed of the trials.", min=0, max=2**31)] = 1,
    settings: Settings = None,
    jobs: Jobs = None,
    out: Out = None,
    quiet: Quiet = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Fit free parameters to a scenario's published targets; the same command goes on where it stopped."""
    folder = out or Path("results") / f"calibrate-{scenario}"
    with plain_errors(debug, lambda: f"interrupted; finished trials are kept in {folder}. The same command goes on."):
        from sim.results.atomic_folder import check_listed
        from sim.scenario.seeds import seed_list
        from sim.studies.calibration import calibration
        from sim.studies.calibration.trials import JOURNAL, check_place

        check_place(folder, folder / JOURNAL)
        check_listed(folder, FILES)

        def tell(number: int, loss: float, best: float) -> None:
            note(f"trial {number} of {trials}: loss {loss:.2f}, best {best:.2f}", quiet)

        result = calibration.calibrate(
            scenario,
            calibration.parse_free(free or []) or None,
            trials=trials,
            seeds=seed_list(seeds, seed),
            seed=seed,
            settings=settings or [],
            jobs=jobs,
            out=folder,
            progress=tell,
        )
        write(result, folder)
        say(as_text(result) if not as_json else as_records(result))
        note(f"trials, fit table and fitted values in {folder}", quiet)


def write(result: Any, folder: Path) -> None:
    """Tables of the calibration, each whole or not at all."""
    from sim.results.atomic_folder import write_listed
    from sim.results.csv_file import csv_text

    tables = (("trials", result.trials), ("identified", result.identified), ("fit", result.table))
    texts = {f"{name}.csv": csv_text(table) for name, table in tables}
    write_listed(folder, KIND, texts | {"fitted.txt": "\n".join(pasted(result)) + "\n"})


def pasted(result: Any) -> list[str]:
    """Fitted values as ``--set`` takes them."""
    return [f"{key}={value!r}" for key, value in result.best.items()]


def as_text(result: Any) -> str:
    """Fit table, spread of the best trials, values to paste."""
    from sim.studies.evidence import format_fit

    lines = [format_fit(result.table), "", f"{'setting':<36}{'tried':>16}{'best':>9}{'best 10 %':>20}{'spread':>8}"]
    for row in result.identified.itertuples():
        tried, top = f"{row.low:g} … {row.high:g}", f"{row.top_low:g} … {row.top_high:g}"
        lines.append(f"{row.key:<36}{tried:>16}{row.best:>9.4g}{top:>20}{row.spread:>8.0%}")
    lines += ["", f"loss {result.loss:.2f} after {len(result.trials)} trials; fitted values:", *pasted(result)]
    return "\n".join(lines)


def as_records(result: Any) -> str:
    """The same as JSON."""
    return json.dumps(
        {
            "best": result.best,
            "loss": result.loss,
            "identified": json.loads(result.identified.to_json(orient="records")),
            "fit": json.loads(result.table.to_json(orient="records", force_ascii=False)),
        },
        ensure_ascii=False,
    )
