"""A hash of the sources that a job runs, so that outcomes of changed rules are never passed off as done."""

from __future__ import annotations

from functools import cache

from sim.arithmetic.import_closure import digest_of, import_closure

FIRST = "sim.studies.sweep.jobs"


@cache
def rules_digest() -> str:
    """Hash of the module of the jobs and of every module of the package that it imports, directly or not."""
    return digest_of(import_closure([FIRST]))
