"""Train the Stack Overflow CNN on smartwatch data, and save its attribution maps as one page.

Run by ``make page`` and ``make demo``; writes ``first_look.keras`` next to this file, for the notebooks,
and ``first_look.html`` into the folder above.
"""

import os
import time
from pathlib import Path

# TensorFlow's start-up log would appear between the lines of the progress bar.
os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "2", "TF_ENABLE_ONEDNN_OPTS": "0"}

import keras
import numpy as np

from cam1d_widget import CAM1DWidget
from cam1d_widget.data import load_watch
from cam1d_widget.models import question_cnn

HERE = Path(__file__).parent
MODEL = HERE / "first_look.keras"
PAGE = HERE.parent / "first_look.html"
EPOCHS = 12
METHODS = (
    "Grad-CAM",
    "HiResCAM",
    "LayerCAM",
    "Eigen-CAM",
    "Saliency",
    "Gradient × Input",
    "Integrated Gradients",
    "DeepLIFT",
    "LRP",
    "Occlusion",
)


def trained(watch):
    """Stack Overflow CNN, trained from a fixed seed, with a progress bar."""
    keras.utils.set_random_seed(0)
    model = question_cnn(watch.x_train.shape[1:], len(watch.class_names))
    model.fit(watch.x_train, watch.y_train, batch_size=32, epochs=EPOCHS, verbose=1)
    return model


def chosen_instances(probabilities, y, right_per_class=2, wrong=6):
    """The first correctly classified instances of each class, and the most confident mistakes."""
    predicted = probabilities.argmax(axis=1)
    right = [
        index
        for target in range(probabilities.shape[1])
        for index in np.flatnonzero((y == target) & (predicted == target))[:right_per_class]
    ]
    mistakes = np.flatnonzero(predicted != y)
    most_confident = mistakes[np.argsort(-probabilities[mistakes].max(axis=1), kind="stable")[:wrong]]
    return sorted([*map(int, right), *map(int, most_confident)])


def main():
    started = time.perf_counter()
    watch = load_watch()
    print(f"{len(watch.x_train)} windows of 7 people to train on, {len(watch.x_test)} of 3 others to test")
    model = trained(watch)
    model.save(MODEL)

    probabilities = model.predict(watch.x_test, verbose=0)
    accuracy = (probabilities.argmax(axis=1) == watch.y_test).mean()
    print(f"{accuracy:.0%} accuracy on the windows of the other people (chance: 14%)")

    widget = CAM1DWidget(
        model,
        watch.x_test,
        watch.y_test,
        class_names=watch.class_names,
        channel_names=watch.channel_names,
        channel_units=watch.channel_units,
        sampling_rate=watch.sampling_rate,
        background=watch.x_train,
    )
    instances = chosen_instances(probabilities, watch.y_test)
    widget.save_html(PAGE, instances, methods=METHODS, title="Seven exercises, and how a network distinguishes them")
    size = PAGE.stat().st_size / 1e6
    print(f"{PAGE.name}: {size:.1f} MB, after {time.perf_counter() - started:.0f} s. Open it in a browser.")


if __name__ == "__main__":
    main()
