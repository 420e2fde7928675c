"""Attempts to run code or to write outside the output folder by way of scenarios, firm tables and result folders."""
