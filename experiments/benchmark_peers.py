"""Other packages beside our engine, in the same run and by turns, so that all meet the same machine.

A peer runs in a process of its own: in this Python where the extra ``peers`` is installed, or in the Python of a
virtual environment (``--peer-python PATH``, or ``TIDEOVER_PEER_PYTHON``), for a package that wants another NumPy than
ours. It waits, doing nothing, while another engine is timed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from experiments import benchmark_peer_models as models
from experiments.benchmark_runs import REPEATS, one_run, spread

VARIABLE = "TIDEOVER_PEER_PYTHON"
SCRIPT = Path(models.__file__)
HOW = {
    "bamengine": "pip install 'bamengine[fast]', in an environment of its own if need be: --peer-python PATH",
    "mesa-frames": "pip install mesa-frames==0.1.0a0 in an environment with NumPy 1.26: --peer-python PATH",
}


class Peer:
    """A process that runs another package's model when told to."""

    def __init__(self, name: str, python: str, agents: int) -> None:
        self.name = name
        self.process = subprocess.Popen(
            [python, str(SCRIPT), name, str(agents)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        self.about = self.answer()

    def answer(self) -> dict[str, Any]:
        """The next line that it says."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        return dict(json.loads(line)) if line else {"reason": f"its process ended ({self.process.wait()})"}

    def rate(self) -> float | None:
        """Agent updates per CPU second of one measurement; None once it has failed."""
        if "reason" in self.about:
            return None
        assert self.process.stdin is not None
        try:
            self.process.stdin.write("\n")
            self.process.stdin.flush()
            said = self.answer()
        except BrokenPipeError:
            said = {"reason": "its process ended"}
        if "reason" in said:
            self.about = said
        return said.get("rate")

    def close(self) -> None:
        """End the process."""
        self.process.communicate()


def pythons_of(given: Sequence[Path]) -> list[str]:
    """Pythons to look for peers in: this one, those of the command line, those of the environment.

    Raises
    ------
    ValueError
        If one of them is not a file.
    """
    named = [path for path in os.environ.get(VARIABLE, "").split(os.pathsep) if path]
    asked = [*map(str, given), *named]
    for path in asked:
        if not Path(path).is_file():
            raise ValueError(f"{path}: no such Python; give the path of a python in a virtual environment")
    return [sys.executable, *asked]


def find(name: str, pythons: Sequence[str], agents: int = models.AGENTS) -> Peer:
    """The peer in the first Python that can run it; where none can, one that says why, if only that it is absent."""
    failed = []
    for python in pythons:
        peer = Peer(name, python, agents)
        if "reason" not in peer.about:
            return peer
        peer.close()
        failed.append(peer)
    return next((peer for peer in failed if not peer.about["reason"].endswith(models.MISSING)), failed[0])


def figures_of(peer: Peer, rounds: Sequence[dict[str, float]]) -> dict[str, Any]:
    """Rate of a peer with its range, and how many times as much ours is, round by round; or why it was left out."""
    if "reason" in peer.about:
        reason = f"{peer.about['reason']}; {HOW[peer.name]}"
        return {"agent_updates_per_cpu_second": None, "ratio": None, "reason": reason}
    rate = spread([one[peer.name] for one in rounds])
    ratio = spread([one["agents"] / one[peer.name] for one in rounds])
    return {**peer.about, "agent_updates_per_cpu_second": rate.pop("median"), **rate, "ratio": ratio}


def rounds_of(enterprises: int, peers: Sequence[Peer], mesa_size: int) -> tuple[list[dict[str, float]], dict[str, Any]]:
    """The compiled engine, also with panels, the Mesa engine and every peer by turns: runs of the first, all rates."""
    runs, rounds = [], []
    for _ in range(REPEATS):
        run, whole = one_run(enterprises), one_run(enterprises, results="panels")
        mesa = one_run(mesa_size, engine="mesa", results="panels")
        beside = {peer.name: peer.rate() for peer in peers}
        runs.append(run)
        rounds.append(
            {
                "compiled": run["rate"],
                "agents": run["agent_rate"],
                "panels": whole["rate"],
                "mesa": mesa["rate"],
                "mesa_agents": mesa["agent_rate"],
                **{name: rate for name, rate in beside.items() if rate is not None},
            }
        )
    ratio = spread([one["compiled"] / one["mesa"] for one in rounds])
    panels = spread([one["panels"] for one in rounds])
    return runs, {
        "rounds": rounds,
        "panels": {"enterprise_steps_per_cpu_second": panels.pop("median"), **panels, "bytes": whole["bytes"]},
        "mesa_enterprise_steps_per_cpu_second": spread([one["mesa"] for one in rounds])["median"],
        "mesa_ratio": ratio["median"],
        "mesa": {
            "enterprises": mesa_size,
            "agents": mesa["agents"],
            "agent_updates_per_cpu_second": spread([one["mesa_agents"] for one in rounds]),
            "ratio": ratio,
        },
        "peers": {peer.name: figures_of(peer, rounds) for peer in peers},
    }
