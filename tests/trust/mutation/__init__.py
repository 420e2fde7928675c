"""Faults put into the rules on purpose, to see that the tests find them: ``python -m tests.trust.mutation``."""
