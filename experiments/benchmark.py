"""How fast is the engine, beside Mesa's way of running, other packages, the machine's memory, and as the country grows?

Question      enterprise-steps per CPU second of the compiled and of the Mesa engine, all rules on; how many times the
              agent updates of bamengine and mesa-frames; how near to what memory allows; growth of time and memory with
              the number of enterprises; what threads gain; what starting, compiling and writing cost
Levers        population.enterprises, engine, threads
Uncertainties the machine and what else runs on it: CPU time, engines by turns in the same run, the median of several
              rounds with its range
Outcome       enterprise-steps per CPU second, ratios, exponents of growth, bytes an enterprise, seconds
Seeds         1 (time hardly depends on luck)
Running time  about 8 minutes and 2 GB on 2 cores (``--quick``: 2 minutes)

Runs keep totals (``population.results: totals``), as large runs do, and as peers do, which collect nothing. ``panels``
is the same with every enterprise in whole tables; memory's roof and the bytes of two threads are about those.

Run ``python -m experiments.benchmark [--quick] [--large] [--json] [--peer-python PATH] [--out DIR]``;
``benchmark.json`` and ``benchmark.png`` go to DIR, a table or the same JSON to stdout.

What is counted, over 60 weekly steps of ``china-2020`` without the time to make the model, on one thread:

* an *enterprise-step* is one enterprise of the start and its household through all phases of one step, those that have
  closed included and those that enter later left out (``in_business`` is the mean number in business for one of them);
* an *agent update* is one agent through one step: of ours each of these enterprises, its household, and each household
  of the rest of the economy, but no lender; of bamengine each firm, household and bank through one period; of
  mesa-frames each person of a Boltzmann wealth model, one rule. Peers run 100,000 agents on one thread, warm, without
  collecting data; their rules are not ours, so the ratio is one of machinery.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from experiments.benchmark_figure import benchmark_figure
from experiments.benchmark_memory import bandwidth, bytes_of_step, roof
from experiments.benchmark_peer_models import AGENTS, PEERS
from experiments.benchmark_peers import find, pythons_of, rounds_of
from experiments.benchmark_runs import (
    LARGEST_REPEATED,
    MESA_SIZE,
    REPEATS,
    growth,
    model_of,
    runs_of,
    size_figures,
    threads_of,
)
from experiments.benchmark_start import start_up, writing
from experiments.benchmark_sweep import sweep_seconds
from experiments.benchmark_text import shown
from sim.figures import save

SIZES: dict[str, tuple[int, ...]] = {"quick": (10_000, 30_000, 100_000), "full": (10_000, 100_000, 1_000_000)}
SIZES["large"] = (*SIZES["full"], 10_000_000)


def benchmark(
    sizes: Sequence[int],
    quick: bool = False,
    pythons: Sequence[str] = (),
    mesa_size: int = MESA_SIZE,
    peer_agents: int = AGENTS,
) -> dict[str, Any]:
    """All figures."""
    for results in ("panels", "totals"):
        model_of(1_000, results=results).run()  # compiled before anything is timed
    headline = max(size for size in sizes if size <= LARGEST_REPEATED)
    peers = [find(name, pythons, peer_agents) for name in PEERS]
    found: list[dict[str, float]] = []
    beside: dict[str, Any] = {}
    try:
        for size in sizes:
            if size == headline:
                runs, beside = rounds_of(size, peers, mesa_size)
            else:
                runs = runs_of(size)
            found.append(size_figures(size, runs))
    finally:
        for peer in peers:
            peer.close()
    speeds = bandwidth()
    largest = found[list(sizes).index(headline)]
    return {
        "enterprises": headline,
        "enterprise_steps_per_cpu_second": largest["enterprise_steps_per_cpu_second"],
        "agent_updates_per_cpu_second": largest["agent_updates_per_cpu_second"],
        **beside,
        "repeats": REPEATS,
        "sizes": found,
        "growth": {
            "time": growth(found, "step_seconds"),
            "memory": growth(found, "bytes"),
            "peak_memory": growth(found, "peak_bytes", only_large=True),
        },
        "triad_bytes_per_second": speeds["triad"],
        "bytes_per_second": speeds,
        "roof": roof(beside["panels"]["enterprise_steps_per_cpu_second"], bytes_of_step(), speeds),
        "bytes_per_enterprise": largest["bytes_per_enterprise"],
        "threads": threads_of(int(sizes[-1])),
        "start_up_seconds": start_up(),
        "writing": writing(quick),
        "sweep": sweep_seconds(quick),
    }


def main() -> None:
    """Run the experiment."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small and fast")
    parser.add_argument("--large", action="store_true", help="up to ten million enterprises")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--out", type=Path, default=Path("results/experiment-benchmark"), help="folder")
    parser.add_argument(
        "--peer-python", type=Path, action="append", default=[], metavar="PATH",
        help="Python of a virtual environment with bamengine or mesa-frames; may be repeated",
    )  # fmt: skip
    given = parser.parse_args()
    try:
        pythons = pythons_of(given.peer_python)
    except ValueError as error:
        parser.error(str(error))
    found = benchmark(SIZES["quick" if given.quick else "large" if given.large else "full"], given.quick, pythons)
    given.out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(found, indent=1)
    (given.out / "benchmark.json").write_text(text + "\n", encoding="utf-8")
    save(benchmark_figure(found), given.out / "benchmark.png")
    print(text if given.json else shown(found))


if __name__ == "__main__":
    main()
