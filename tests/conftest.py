"""Property tests try the same examples each time; ``HYPOTHESIS_PROFILE=nightly`` tries ten times as many new ones."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

COMMON = {
    "deadline": None,
    "database": None,
    "suppress_health_check": (HealthCheck.too_slow, HealthCheck.data_too_large),
}

settings.register_profile("quick", derandomize=True, **COMMON)
settings.register_profile("nightly", derandomize=False, **COMMON)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
