"""The benchmark's figures as text."""

from __future__ import annotations

from typing import Any


def shown(found: dict[str, Any]) -> str:
    """The figures as text."""
    return "\n".join(
        [
            *size_lines(found["sizes"]),
            f"{found['enterprises']:,} enterprises: {found['agent_updates_per_cpu_second'] / 1e6:.1f} million agent "
            "updates per CPU second (enterprises and households)",
            panels_line(found["panels"], found["enterprises"]),
            mesa_line(found),
            *(peer_line(name, peer) for name, peer in found["peers"].items()),
            growth_line(found),
            *memory_lines(found),
            threads_line(found["threads"]),
            *cost_lines(found),
        ]
    )


def size_lines(sizes: list[dict[str, float]]) -> list[str]:
    """Rates, seconds and bytes by size."""
    columns = (
        "million enterprise-steps per CPU second",
        "steps (s)",
        "build (s)",
        "bytes an enterprise",
        "in business",
    )
    lines = ["   ".join(("enterprises", *(f"{name:>9}" for name in columns)))]
    for one in sizes:
        low, middle, high = (one[name] / 1e6 for name in ("low", "enterprise_steps_per_cpu_second", "high"))
        rate = f"{middle:.1f} ({low:.1f} … {high:.1f})"
        lines.append(
            f"{int(one['enterprises']):>11,}   {rate:>39}   {one['step_seconds']:9.2f}   {one['build_seconds']:9.2f}   "
            f"{one['bytes_per_enterprise']:19.0f}   {one['in_business']:11.0%}"
        )
    return lines


def panels_line(panels: dict[str, float], enterprises: int) -> str:
    """The same runs with whole tables."""
    low, middle, high = (panels[name] / 1e6 for name in ("low", "enterprise_steps_per_cpu_second", "high"))
    return (
        f"with panels, every enterprise in whole tables: {middle:.1f} ({low:.1f} … {high:.1f}) million, "
        f"{panels['bytes'] / enterprises:.0f} bytes an enterprise"
    )


def mesa_line(found: dict[str, Any]) -> str:
    """Our own Mesa engine."""
    rate = found["mesa_enterprise_steps_per_cpu_second"]
    return f"Mesa engine: {rate:,.0f} enterprise-steps, the compiled engine {times(found['mesa']['ratio'])} as many"


def peer_line(name: str, peer: dict[str, Any]) -> str:
    """Another package, or why it was left out."""
    if peer["agent_updates_per_cpu_second"] is None:
        return f"{name}: left out, {peer['reason']}"
    rate, low, high = (peer[one] / 1e6 for one in ("agent_updates_per_cpu_second", "low", "high"))
    return (
        f"{name} {peer['version']} ({peer['model']}, {peer['agents']:,} agents): {rate:.1f} ({low:.1f} … {high:.1f}) "
        f"million agent updates, the compiled engine {times(peer['ratio'])} as many"
    )


def times(ratio: dict[str, float]) -> str:
    """A ratio with its range."""
    digits = 0 if ratio["median"] >= 100 else 1
    low, middle, high = (f"{ratio[name]:,.{digits}f}" for name in ("low", "median", "high"))
    return f"{middle} ({low} … {high}) times"


def growth_line(found: dict[str, Any]) -> str:
    """Exponents of growth."""
    power = {name: "unknown" if one is None else f"{one:.3f}" for name, one in found["growth"].items()}
    return (
        f"with size to the power: time {power['time']}, memory of the tables {power['memory']}, "
        f"peak memory {power['peak_memory']}"
    )


def memory_lines(found: dict[str, Any]) -> list[str]:
    """What memory moves, and the share of its roof that is reached."""
    speeds, roof = found["bytes_per_second"], found["roof"]
    one, two = ([speeds[name + end] / 1e9 for name in ("triad", "update")] for end in ("", "_two_threads"))
    return [
        f"memory moves {one[0]:.1f} GB a second (triad) and {one[1]:.1f} (update in place), on two threads "
        f"{two[0]:.1f} and {two[1]:.1f}",
        f"an enterprise-step moves at least {roof['bytes_per_enterprise_step']:.0f} bytes: memory would allow "
        f"{roof['enterprise_steps_per_cpu_second'] / 1e6:.0f} million, {roof['share_reached']:.0%} of it is reached",
    ]


def threads_line(threads: dict[str, Any]) -> str:
    """What a second thread gains."""
    ratio = {"median": threads["speed_up"], "low": threads["low"], "high": threads["high"]}
    low, middle, high = (f"{ratio[name]:.2f}" for name in ("low", "median", "high"))
    same = "the same" if threads["same_bytes"] else "OTHER"
    return f"two threads: {middle} ({low} … {high}) times one at {threads['enterprises']:,}, {same} bytes"


def cost_lines(found: dict[str, Any]) -> list[str]:
    """Starting, writing, sweeping."""
    start, wrote, sweep = dict(found["start_up_seconds"]), found["writing"], found["sweep"]
    again = start.pop("compiled_again")
    drawn = wrote["tables_figures_report_seconds"]
    return [
        "start-up, seconds: "
        + ", ".join(f"{name.replace('_', ' ')} {one:.1f}" for name, one in start.items())
        + f"; {again:.0f} files compiled again",
        f"a comparison of {wrote['enterprises']:,.0f} enterprises takes {wrote['comparison_seconds']:.2f} CPU seconds, "
        f"writing its tables {wrote['tables_seconds']:.2f}"
        + ("" if drawn is None else f", with figures and report {drawn:.1f}"),
        f"a sweep of {sweep['comparisons']:.0f} comparisons of {sweep['enterprises']:,.0f} enterprises: "
        f"{sweep['series_seconds']:.1f} s in series ({100 * sweep['overhead']:+.1f} % over a bare loop), "
        f"{sweep['two_processes_seconds']:.1f} s on two processes ({sweep['speed_up']:.2f} times)",
    ]
