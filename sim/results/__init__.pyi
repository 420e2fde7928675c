from .csv_file import write_csv as write_csv
from .manifest import read_manifest as read_manifest
from .results import Results as Results
