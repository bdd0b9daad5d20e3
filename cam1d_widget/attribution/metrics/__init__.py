"""How far a map can be believed: each metric in a file of its own, on numpy, usable alone.

Where the truth is known: how well a map tells it, as :func:`average_precision` does. Where it is not: what becomes of
the score when the map is taken at its word, as :func:`deletion` asks. All draw what chance would get beside themselves,
and none looks at a map's scale.
"""

from .aopc import aopc
from .average_precision import average_precision
from .beside_random import BesideRandom, Summary
from .deletion import deletion, insertion
from .localization import Localization
from .ndcg import ndcg
from .perturbation import PerturbationCurves
from .pointing_game import pointing_game
from .relevance_mass import relevance_mass
from .relevance_rank import relevance_rank
from .roc_auc import roc_auc

__all__ = [
    "BesideRandom",
    "Localization",
    "PerturbationCurves",
    "Summary",
    "aopc",
    "average_precision",
    "deletion",
    "insertion",
    "ndcg",
    "pointing_game",
    "relevance_mass",
    "relevance_rank",
    "roc_auc",
]
