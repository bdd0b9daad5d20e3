"""Thresholds of the checks, with the reason for each.

They were set on the CNN of the Stack Overflow question, trained on smartwatch recordings, where methods differ a lot;
the values below were measured there.
"""

ORDERS = 20
"""Random orders of a deletion curve. A random map is among the best two of itself and twenty orders, and so
passes, in two of 21 cases."""

STEPS = 20
"""Steps of a deletion curve, from nothing replaced to everything."""

RANDOM_SHARE = 0.05
"""Share of the random orders that may be better at deletion than the map. Integrated Gradients passed on every series
that was examined, Guided Backprop of the same network on six in ten."""

CHANGES = 0.01
"""Least change of the class' probability while the whole series is removed. A network that is certain whatever the
input keeps its probability, and then only the score shows what is needed."""

SEGMENTS = 30
"""Windows in which a series is removed. A window is then about as long as the kernel of a convolution: removing single
samples makes spikes, which tell more about the network than about the map."""

SIMILAR_WHEN_RANDOMIZED = 0.5
"""Largest mean rank correlation with itself while the layers are randomized from the top. Saliency, Integrated
Gradients, DeepLIFT and Grad-CAM had -0.1 to 0.2, Guided Backprop 0.65 to 0.7 on every series."""

DRAWS, DRAWS_WHEN_SLOW = 8, 3
"""How often the weights are drawn. A map at few steps keeps or changes its sign by chance: the rank
correlation of Grad-CAM can be 0.75 for one draw, and 0.1 on average over eight. Slow methods get fewer draws."""

SIMILAR_FOR_ANOTHER_CLASS = 0.5
"""Largest mean rank correlation with the maps of other classes. Integrated Gradients had -0.1 and Grad-CAM -0.3,
LayerCAM, which omits evidence against a class, 0.3, Guided Backprop 0.75, and Eigen-CAM 1."""

CLASSES = 8
"""Other classes that a map is compared with: those with the highest scores."""

AGREES = 0.3
"""Least mean rank correlation in windows with the nearest method of each other family. Integrated Gradients had 0.65,
Grad-CAM 0.3 and Guided Backprop 0.1; unrelated maps of thirty windows have about 0.15."""
