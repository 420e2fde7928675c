"""``python -m sim.cli``: as the command ``tideover``."""

from sim.cli import main

main()
