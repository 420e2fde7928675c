"""Put faults in, one at a time, and count those that the tests find: ``python -m tests.trust.mutation [--quick]``.

The faults planted by hand are those of design/reliability.md, section 4; the others are a keyed sample of small changes
of ``sim/rules`` and of the files that ``mutants.FILES`` names. Found means: by the second implementation on small
economies, agent by agent, or by the tests of rules, money and ledger; what the whole suite would find beyond that is
not counted. A change that survives is listed with the reason.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.support.measured import Figure, report
from tests.trust.mutation.explained import why
from tests.trust.mutation.mutants import all_mutants, sample
from tests.trust.mutation.planted import PLANTED
from tests.trust.mutation.trying import ROOT, Try, Verdict, try_all

QUICK_PLANTED = ("F4", "F16")
CONTROL = Try("nothing changed", {})


def main() -> int:
    """Print the score and the survivors; 1 when it is too low or a survivor has no reason."""
    parser = argparse.ArgumentParser(prog="python -m tests.trust.mutation", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a handful")
    parser.add_argument("--mutants", type=int, default=150, help="size of the sample")
    parser.add_argument("--seed", type=int, default=1, help="of the sample")
    parser.add_argument("--lanes", type=int, default=2, help="changes tried at a time")
    parser.add_argument("--only", default="", help="only changes whose name holds this")
    parser.add_argument("--figures", type=Path, help="file for the figures")
    asked = parser.parse_args()
    planted = [Try(one.name, {one.path: one.text(ROOT)}, one.tests) for one in PLANTED]
    everything = all_mutants(ROOT)
    drawn = sample(everything, 4 if asked.quick else asked.mutants, asked.seed)
    if asked.quick:
        planted = [one for one in planted if one.name.split()[0] in QUICK_PLANTED][:2]
    if asked.only:
        planted = [one for one in planted if asked.only in one.name]
        drawn = [one for one in everything if asked.only in one.name]
    tries = [CONTROL, *planted, *(Try(one.name, {one.path: one.source}) for one in drawn)]
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="tideover-mutation-") as folder:
        verdicts = try_all(tries, Path(folder), asked.lanes)
    if verdicts[0].found_by:
        print(f"the tests fail with nothing changed: {verdicts[0].found_by}", file=sys.stderr)
        return 2
    return tell(
        verdicts[1 : 1 + len(planted)], verdicts[1 + len(planted) :], time.perf_counter() - began, asked.figures
    )


def tell(planted: list[Verdict], drawn: list[Verdict], seconds: float, path: Path | None) -> int:
    """Print what survived and why, and the score."""
    unexplained = 0
    for verdict in (*planted, *drawn):
        if not verdict.found_by:
            reason = why(verdict.name)
            unexplained += not reason
            print(f"survived: {verdict.name}\n  {reason or 'NO REASON KNOWN'}")
    figures = []
    for what, verdicts in (("planted faults", planted), ("mutants of a keyed sample", drawn)):
        found = sum(bool(one.found_by) for one in verdicts)
        part = found / len(verdicts) if verdicts else 1.0
        figures.append(
            Figure("P11", f"{what} found", f"{found} of {len(verdicts)} ({part:.1%})", "at least 95 %", part >= 0.95,
                   f"tests.trust.mutation, {seconds:.0f} s")
        )  # fmt: skip
    figures.append(
        Figure(
            "P11", "survivors without a known reason", str(unexplained), "0", unexplained == 0, "tests.trust.mutation"
        )
    )
    return report(figures, path)


if __name__ == "__main__":
    sys.exit(main())
