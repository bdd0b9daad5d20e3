"""Real data, read from installed packages, and series with known truth: nothing is downloaded."""

from cam1d_widget.data.eeg import load_blink, load_finger_movements, load_self_regulation_scp2
from cam1d_widget.data.frequency_sums import make_frequency_sums
from cam1d_widget.data.known_truth import KnownTruth
from cam1d_widget.data.linear_probe import LinearProbe
from cam1d_widget.data.low_variance import make_low_variance
from cam1d_widget.data.motions import load_basic_motions
from cam1d_widget.data.planted_segments import make_planted_segments
from cam1d_widget.data.recordings import Recordings
from cam1d_widget.data.truth_verification import ClassTruth, VerifiedTruth, verify_truth
from cam1d_widget.data.vowels import load_japanese_vowels
from cam1d_widget.data.watch import WatchWindows, load_watch
from cam1d_widget.data.web_traffic import make_web_traffic

__all__ = [
    "ClassTruth",
    "KnownTruth",
    "LinearProbe",
    "Recordings",
    "VerifiedTruth",
    "WatchWindows",
    "load_basic_motions",
    "load_blink",
    "load_finger_movements",
    "load_japanese_vowels",
    "load_self_regulation_scp2",
    "load_watch",
    "make_frequency_sums",
    "make_low_variance",
    "make_planted_segments",
    "make_web_traffic",
    "verify_truth",
]
