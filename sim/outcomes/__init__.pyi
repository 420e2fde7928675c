from .costs import displaced as displaced
from .costs import fiscal_cost as fiscal_cost
from .credit import (
    application_outcomes as application_outcomes,
)
from .credit import (
    loan_volume as loan_volume,
)
from .credit import (
    losses as losses,
)
from .credit import (
    refusals as refusals,
)
from .credit import (
    who_asked as who_asked,
)
from .grouping import arm_names as arm_names
from .grouping import group_key as group_key
from .intervals import mean_interval as mean_interval
from .intervals import ratio_interval as ratio_interval
from .judging import judged as judged
from .judging import judged_mean as judged_mean
from .judging import judging_table as judging_table
from .labour import jobs as jobs
from .labour import jobs_kept as jobs_kept
from .labour import weekly_mean as weekly_mean
from .pairs import FATES as FATES
from .pairs import fate_of_each as fate_of_each
from .pairs import fate_shares as fate_shares
from .pairs import fates as fates
from .runs import Tables as Tables
from .runs import currency_of as currency_of
from .runs import run_outcomes as run_outcomes
from .survival_function import (
    difference as difference,
)
from .survival_function import (
    logrank as logrank,
)
from .survival_function import (
    median_survival as median_survival,
)
from .survival_function import (
    restricted_mean as restricted_mean,
)
from .survival_function import (
    survival as survival,
)
from .table import (
    format_number as format_number,
)
from .table import (
    format_summary as format_summary,
)
from .table import (
    size_of as size_of,
)
from .table import (
    summary as summary,
)
from .targeting import queue_deaths as queue_deaths
from .targeting import targeting as targeting
from .text import format_table as format_table
from .vintages import vintage_losses as vintage_losses
