"""Metrics of attribution maps, one file each, on numpy, usable alone.

With known truth, a metric compares a map with it, as :func:`average_precision` does. Without it, a metric examines the
score when relevant segments are replaced, as :func:`deletion` does, or whether the map changes when it should, as
:func:`weight_randomization` does. Results come with those of random maps, and rescaling a map improves none of them but
:func:`completeness_gap`, which is about scale.

Series and maps of unequal length are padded with NaN, as in :class:`~cam1d_widget.Explanation`; the padding is ignored.
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
