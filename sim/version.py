"""The version of the package, as results carry it, and the folder that it lies in."""

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
"""The folder of the package; every path inside it starts here."""

try:
    VERSION = version("tideover")
except PackageNotFoundError:  # a checkout on the path that was never installed
    VERSION = "0+checkout"

__version__ = VERSION
