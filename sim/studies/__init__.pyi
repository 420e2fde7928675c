from .comparison import Comparison as Comparison
from .comparison import compare as compare
from .replications import replicate as replicate
from .replications import run as run
