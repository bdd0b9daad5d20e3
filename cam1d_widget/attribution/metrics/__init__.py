"""How far a map can be believed: each metric in a file of its own, on numpy, usable alone.

Where the truth is known: how well a map tells it, as :func:`average_precision` does. Where it is not: what becomes of
the score when the map is taken at its word, as :func:`deletion` asks; whether it changes when it should, as
:func:`weight_randomization` asks. What chance would get stands beside a score, and rescaling a map improves none but
:func:`completeness_gap`, which is about scale.
"""

from .agreement import Agreement, agreement
from .aopc import aopc
from .average_precision import average_precision
from .compared_to_random import ComparedToRandom, Summary
from .completeness import completeness_gap
from .deletion import deletion, insertion
from .faithfulness import faithfulness_correlation
from .infidelity import infidelity
from .localization import Localization
from .ndcg import ndcg
from .perturbation import PerturbationCurves
from .pointing_game import pointing_game
from .randomization import Randomization, weight_randomization
from .relevance_mass import relevance_mass
from .relevance_rank import relevance_rank
from .roc_auc import roc_auc
from .sensitivity import max_sensitivity
from .sparseness import gini
from .specificity import class_similarity

__all__ = [
    "Agreement",
    "ComparedToRandom",
    "Localization",
    "PerturbationCurves",
    "Randomization",
    "Summary",
    "agreement",
    "aopc",
    "average_precision",
    "class_similarity",
    "completeness_gap",
    "deletion",
    "faithfulness_correlation",
    "gini",
    "infidelity",
    "insertion",
    "max_sensitivity",
    "ndcg",
    "pointing_game",
    "relevance_mass",
    "relevance_rank",
    "roc_auc",
    "weight_randomization",
]
