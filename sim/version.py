"""The version of the package, as results carry it."""

from importlib.metadata import PackageNotFoundError, version

try:
    VERSION = version("tideover")
except PackageNotFoundError:  # a checkout on the path that was never installed
    VERSION = "0+checkout"
