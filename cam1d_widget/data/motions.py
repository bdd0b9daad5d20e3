"""Smartwatch recordings of four activities: small, plain, and quick to train on."""

from __future__ import annotations

from .installed import folder_of
from .recordings import Recordings
from .ts_file import read_split

CLASS_NAMES = ("Standing", "Running", "Walking", "Badminton")


def load_basic_motions() -> Recordings:
    """Real smartwatch recordings of four activities: 6 channels, 10 seconds at 10 Hz.

    Four students stood, ran, walked and played badminton, five times each. The authors' split puts every one of them
    into both parts, and nearly every classifier classifies all of it correctly: suitable for a first try, not for
    comparisons.

    Returns
    -------
    Recordings
        40 training and 40 test series of shape (100, 6). The unit is not documented.

    Notes
    -----
    The recordings (BasicMotions of the UEA archive) come inside the wheel of `aeon`, which is read, not imported.
    """
    folder = folder_of("aeon", "load_basic_motions", "pip install aeon") / "datasets" / "data"
    x_train, y_train, x_test, y_test = read_split(folder, "BasicMotions", CLASS_NAMES)
    return Recordings(
        x_train,
        y_train,
        x_test,
        y_test,
        class_names=tuple(name.lower() for name in CLASS_NAMES),
        channel_names=("ax", "ay", "az", "wx", "wy", "wz"),
        channel_units=("",) * 6,
        sampling_rate=10.0,
        license="aeon: BSD-3-Clause; the archive states no license for the data",
        citation="Bagnall et al. (2018), The UEA multivariate time series classification archive, "
        "https://arxiv.org/abs/1811.00075; https://www.timeseriesclassification.com/description.php?Dataset=BasicMotions",
    )
