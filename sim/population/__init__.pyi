from .initial_state import FirstState as FirstState
from .strata import Country as Country
