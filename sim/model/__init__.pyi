from .agents import Enterprise as Enterprise
from .agents import Household as Household
from .agents import Lender as Lender
from .model import Model as Model
