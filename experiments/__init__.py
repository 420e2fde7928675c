"""Experiments: one module a question, run by ``python -m experiments.NAME``; only the public face of sim is used."""
