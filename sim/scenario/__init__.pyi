from .firms import with_firms as with_firms
from .loading import load as load
from .loading import scenarios_folder as scenarios_folder
from .problems import Place as Place
from .problems import Problem as Problem
from .problems import ScenarioError as ScenarioError
from .resolved import Scenario as Scenario
from .schema import ScenarioSettings as ScenarioSettings
