"""R06: iteration over sets made runs of the same seed differ."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.support.small import command, comparison, finished, hash_of

SHOW = "from tests.support.small import comparison, hash_of; print(hash_of(comparison().results))"


def test_hash_seeds_do_not_change_a_byte(tmp_path):
    """Processes with PYTHONHASHSEED 0 to 4, and this one."""
    words = [*command()[:3], "-c", SHOW]
    with ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(lambda seed: finished(words, tmp_path, PYTHONHASHSEED=str(seed)), range(5)))
    assert [run.stderr for run in runs] == [""] * 5
    assert {run.stdout.strip() for run in runs} == {hash_of(comparison().results)}
