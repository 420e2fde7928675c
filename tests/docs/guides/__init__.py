"""The guides of ``sim/guides``: their commands are run, and what they print is held against what is printed there."""
