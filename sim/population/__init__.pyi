from .initial_state import InitialState as InitialState
from .strata import Country as Country
