"""Scenarios: what is asked of the model, typed, checked and merged."""
