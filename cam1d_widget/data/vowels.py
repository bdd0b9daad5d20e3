"""Utterances of two vowels by nine speakers: real series of unequal length."""

from __future__ import annotations

from .installed import folder_of
from .recordings import Recordings
from .ts_file import read_split


def load_japanese_vowels() -> Recordings:
    """Real speech of nine people, of unequal length: 12 channels, 7 to 29 frames of 6.4 ms.

    Each series is one utterance of the vowels a and e; the class is the speaker, and the channels are the LPC cepstrum
    coefficients of the frames. The test utterances are of the same speakers.

    Returns
    -------
    Recordings
        270 training and 370 test series of shape (29, 12), each NaN after its end.

    Notes
    -----
    The recordings (JapaneseVowels of the UEA archive) come inside the wheel of `aeon`, which is read, not imported.

    Examples
    --------
    >>> vowels = load_japanese_vowels()
    >>> lengths = np.isfinite(vowels.x_test[:, :, 0]).sum(axis=1)
    """
    folder = folder_of("aeon", "load_japanese_vowels", "pip install aeon") / "datasets" / "data"
    speakers = range(1, 10)
    x_train, y_train, x_test, y_test = read_split(folder, "JapaneseVowels", tuple(map(str, speakers)))
    return Recordings(
        x_train,
        y_train,
        x_test,
        y_test,
        class_names=tuple(f"speaker {speaker}" for speaker in speakers),
        channel_names=tuple(f"cepstrum {place}" for place in range(1, 13)),
        channel_units=("",) * 12,
        sampling_rate=156.25,
        license="aeon: BSD-3-Clause; UCI repository: CC BY 4.0",
        citation="Kudo, Toyama, Shimbo (1999), Multidimensional curve classification using passing-through regions, "
        "Pattern Recognition Letters 20, 1103-1111; https://archive.ics.uci.edu/dataset/128/japanese+vowels",
    )
