"""Sweeps killed, disks filled, files damaged: ``python -m tests.trust.breaking``."""
