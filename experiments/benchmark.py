"""How fast is the engine, beside Mesa's way of running, beside the machine's memory, and as the country grows?

Question      enterprise-steps per CPU second of the compiled and of the Mesa engine, all rules on; growth of time and
              memory with the number of enterprises; what threads gain; what starting and compiling cost
Levers        population.enterprises, engine, threads
Uncertainties the machine and what else runs on it: CPU time, the median of several runs with its range; engines are
              compared in the same run
Outcome       enterprise-steps per CPU second, ratios, exponents of growth, bytes an enterprise, seconds
Seeds         1 (time hardly depends on luck)
Running time  about 3 minutes and 2 GB on 2 cores (``--quick``: a minute)

Run ``python -m experiments.benchmark [--quick] [--large] [--json] [--out DIR]``; ``benchmark.json`` goes to DIR, a
table or the same JSON to stdout. An enterprise-step is one enterprise and its household through all phases of one week.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

import sim
from experiments.benchmark_sweep import sweep_seconds

SIZES: dict[str, tuple[int, ...]] = {"quick": (10_000, 30_000, 100_000), "full": (10_000, 100_000, 1_000_000)}
SIZES["large"] = (*SIZES["full"], 10_000_000)
MESA_SIZE, WEEKS, REPEATS = 300, 60, 3
LARGEST_REPEATED = 1_000_000


def model_of(enterprises: int, weeks: int = WEEKS, threads: int = 1, engine: Any = "compiled") -> sim.Model:
    """The model of a size; the draw of its population is part of making it."""
    scenario = sim.load("china-2020", [f"population.enterprises={enterprises}", f"calendar.weeks={weeks}"])
    return sim.Model(scenario, rng=1, engine=engine, threads=threads)


def bytes_of(model: sim.Model) -> int:
    """Bytes of the tables of enterprises, households and loans."""
    economy = model.economy
    return int(economy.enterprises.nbytes + economy.households.nbytes + economy.loans.nbytes)


def one_size(enterprises: int) -> dict[str, float]:
    """Time of building and of all steps, per enterprise and per enterprise-step, and bytes an enterprise."""
    build, steps, held = [], [], 0
    for _ in range(REPEATS if enterprises <= LARGEST_REPEATED else 1):
        began = time.thread_time()
        model = model_of(enterprises)
        build.append(time.thread_time() - began)
        began = time.thread_time()
        model.run()
        steps.append(time.thread_time() - began)
        held = bytes_of(model)
        del model
    rate = enterprises * WEEKS / np.array(steps)
    return {
        "enterprises": enterprises,
        "enterprise_steps_per_cpu_second": float(np.median(rate)),
        "low": float(rate.min()),
        "high": float(rate.max()),
        "step_seconds": float(np.median(steps)),
        "build_seconds": float(np.median(build)),
        "bytes_per_enterprise": held / enterprises,
    }


def mesa_rate() -> float:
    """Enterprise-steps per CPU second of the Mesa engine, agent by agent."""
    model = model_of(MESA_SIZE, engine="mesa")
    began = time.thread_time()
    model.run()
    return MESA_SIZE * WEEKS / (time.thread_time() - began)


def triad(words: int = 20_000_000) -> float:
    """Bytes per second that memory moves in ``a = b + s·c``, in pieces that stay in the cache's lines."""
    first, second, third = np.zeros(words), np.ones(words), np.ones(words)
    best, piece = np.inf, 4_096
    scratch = np.empty(piece)
    for _ in range(3):
        began = time.thread_time()
        for start in range(0, words, piece):
            part = slice(start, start + piece)
            room = scratch[: len(third[part])]
            np.multiply(third[part], 3.0, out=room)
            np.add(second[part], room, out=first[part])
        best = min(best, time.thread_time() - began)
    return 3 * 8 * words / best


def digest(model: sim.Model) -> str:
    """Hash of everything that a run changed."""
    economy, seen = model.economy, hashlib.sha256()
    for table in (economy.enterprises, economy.households):
        for column in table.columns.values():
            seen.update(column.tobytes())
    seen.update(economy.loans[: economy.loan_count].tobytes() + model.history.tobytes() + model.books.tobytes())
    return seen.hexdigest()


def threads_of(enterprises: int) -> dict[str, Any]:
    """Wall time of one run with one and with two threads, and whether the bytes are the same."""
    seconds, seen = {}, set()
    for threads in (1, 2):
        model = model_of(enterprises, threads=threads)
        began = time.perf_counter()
        model.run()
        seconds[threads] = time.perf_counter() - began
        seen.add(digest(model))
    return {"enterprises": enterprises, "speed_up": seconds[1] / seconds[2], "same_bytes": len(seen) == 1}


def start_up() -> dict[str, float]:
    """Seconds to ``import sim``, to ``--help``, to a first small run with nothing compiled, and with all compiled."""
    small = "sim.load('china-2020', ['population.enterprises=100'])"
    run = f"import sim; sim.Model({small}, engine='compiled').step()"
    with tempfile.TemporaryDirectory() as folder:
        fresh = {**os.environ, "TIDEOVER_CACHE_DIR": folder}
        return {
            "import": timed(["-c", "import sim"]),
            "help": timed(["-c", "from sim.cli import main; main()", "--help"]),
            "first_run_cold": timed(["-c", run], fresh),
            "first_run_warm": timed(["-c", run], fresh),
        }


def timed(arguments: list[str], environment: dict[str, str] | None = None) -> float:
    """Wall seconds of a Python process."""
    began = time.perf_counter()
    subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, check=True)
    return time.perf_counter() - began


def growth(sizes: list[dict[str, float]], name: str) -> float:
    """Exponent by which a figure grows with the number of enterprises (least squares of logarithms)."""
    across = np.log([one["enterprises"] for one in sizes])
    return float(np.polyfit(across, np.log([one[name] for one in sizes]), 1)[0])


def benchmark(sizes: tuple[int, ...], quick: bool = False) -> dict[str, Any]:
    """All figures."""
    model_of(1_000).run()  # compiled before anything is timed
    found = [one_size(enterprises) for enterprises in sizes]
    for one in found:
        one["bytes"] = one["bytes_per_enterprise"] * one["enterprises"]
    mesa = mesa_rate()
    largest = found[-1] if sizes[-1] <= LARGEST_REPEATED else found[-2]
    return {
        "enterprises": largest["enterprises"],
        "enterprise_steps_per_cpu_second": largest["enterprise_steps_per_cpu_second"],
        "mesa_enterprise_steps_per_cpu_second": mesa,
        "mesa_ratio": largest["enterprise_steps_per_cpu_second"] / mesa,
        "sizes": found,
        "growth": {"time": growth(found, "step_seconds"), "memory": growth(found, "bytes")},
        "triad_bytes_per_second": triad(),
        "bytes_per_enterprise": largest["bytes_per_enterprise"],
        "threads": threads_of(int(sizes[-1])),
        "start_up_seconds": start_up(),
        "sweep": sweep_seconds(quick),
    }


def shown(found: dict[str, Any]) -> str:
    """The figures as text."""
    lines = ["enterprises   million enterprise-steps per CPU second   build (s)   bytes an enterprise"]
    for one in found["sizes"]:
        low, middle, high = (one[name] / 1e6 for name in ("low", "enterprise_steps_per_cpu_second", "high"))
        rate = f"{middle:.1f} ({low:.1f} … {high:.1f})"
        build, held = one["build_seconds"], one["bytes_per_enterprise"]
        lines.append(f"{int(one['enterprises']):>11,}   {rate:>39}   {build:9.2f}   {held:19.0f}")
    threads, start, sweep = found["threads"], found["start_up_seconds"], found["sweep"]
    return "\n".join(
        [
            *lines,
            f"Mesa engine: {found['mesa_enterprise_steps_per_cpu_second']:,.0f}, "
            f"the compiled engine {found['mesa_ratio']:,.0f} times as much",
            f"time grows with size to the power {found['growth']['time']:.2f}, memory {found['growth']['memory']:.2f}",
            f"two threads: {threads['speed_up']:.2f} times one at {threads['enterprises']:,}, "
            f"{'the same' if threads['same_bytes'] else 'OTHER'} bytes",
            f"memory moves {found['triad_bytes_per_second'] / 1e9:.0f} GB a second (triad)",
            f"a sweep of {sweep['comparisons']:.0f} comparisons of {sweep['enterprises']:,.0f} enterprises: "
            f"{sweep['series_seconds']:.1f} s in series ({100 * sweep['overhead']:+.1f} % over a bare loop), "
            f"{sweep['two_processes_seconds']:.1f} s on two processes ({sweep['speed_up']:.2f} times)",
            "seconds: " + ", ".join(f"{name.replace('_', ' ')} {seconds:.1f}" for name, seconds in start.items()),
        ]
    )


def main() -> None:
    """Run the experiment."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small and fast")
    parser.add_argument("--large", action="store_true", help="up to ten million enterprises")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--out", type=Path, default=Path("results/experiment-benchmark"), help="folder")
    given = parser.parse_args()
    found = benchmark(SIZES["quick" if given.quick else "large" if given.large else "full"], given.quick)
    given.out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(found, indent=1)
    (given.out / "benchmark.json").write_text(text + "\n", encoding="utf-8")
    print(text if given.json else shown(found))


if __name__ == "__main__":
    main()
