"""Rules for arguments. Each takes the name of an argument and its value, and returns the value in canonical form.

A value that breaks its rule raises a ValueError or TypeError of one sentence: the argument, the rule, what was passed,
and what to do. Neither a bool nor NaN counts as a number, nor 1.5 as an index.
"""

from .arrays import (
    as_array,
    as_float32,
    check_finite,
    check_real,
    finite,
    indices,
    numbers,
    refuse_masked,
    shaped,
    unmasked,
    warn_if_wide,
    with_gaps,
    within,
)
from .choices import check_channel, check_choice, check_class, check_label, check_layer, no_such_label
from .files import check_new_file, check_old_file, check_path
from .scalars import (
    MOST,
    SAMPLES,
    check_count,
    check_flag,
    check_index,
    check_number,
    check_sampling_rate,
    check_seed,
    check_text,
    is_whole,
)
from .several import check_function, check_list, check_mapping, check_members, check_names, check_rows, is_sequence
from .wording import counted, shown

__all__ = [
    "MOST",
    "SAMPLES",
    "as_array",
    "as_float32",
    "check_channel",
    "check_choice",
    "check_class",
    "check_count",
    "check_finite",
    "check_flag",
    "check_function",
    "check_index",
    "check_label",
    "check_layer",
    "check_list",
    "check_mapping",
    "check_members",
    "check_names",
    "check_new_file",
    "check_number",
    "check_old_file",
    "check_path",
    "check_real",
    "check_rows",
    "check_sampling_rate",
    "check_seed",
    "check_text",
    "counted",
    "finite",
    "indices",
    "is_sequence",
    "is_whole",
    "no_such_label",
    "numbers",
    "refuse_masked",
    "shaped",
    "shown",
    "unmasked",
    "warn_if_wide",
    "with_gaps",
    "within",
]
