"""A network that finds a bump in the first or in the second of three channels, and series with one."""

import numpy as np

TIME, CHANNELS, WIDTH = 120, 3, 9
PLACE = (40, 49)  # samples of the bump of instance 0, in channel 0
BUMP = np.hanning(WIDTH + 2)[1:-1].astype(np.float32)


def planted_model():
    """Classes "none", "in a" and "in b", whose scores are the largest matches of the bump, less a threshold."""
    import keras
    from keras import layers as L

    inputs = keras.Input((TIME, CHANNELS))
    conv = L.Conv1D(2, WIDTH, padding="same", activation="relu", name="match")
    pooled = L.GlobalAveragePooling1D()(conv(inputs))
    out = L.Dense(3)
    model = keras.Model(inputs, L.Softmax()(out(pooled)))
    kernel = np.zeros((WIDTH, CHANNELS, 2), np.float32)
    kernel[:, 0, 0] = kernel[:, 1, 1] = BUMP / (BUMP @ BUMP)
    conv.set_weights([kernel, np.array([-0.5, -0.5], np.float32)])
    out.set_weights([400 * np.array([[0, 1, 0], [0, 0, 1]], np.float32), np.array([3, 0, 0], np.float32)])
    return model


def planted_series():
    """Four series: a bump in channel a, a bump in channel b, none, and a bump in both."""
    x = 0.05 * np.random.default_rng(0).normal(size=(4, TIME, CHANNELS)).astype(np.float32)
    for instance, channel, start in ((0, 0, PLACE[0]), (1, 1, 70), (3, 0, 20), (3, 1, 90)):
        x[instance, start : start + WIDTH, channel] += BUMP
    return x
