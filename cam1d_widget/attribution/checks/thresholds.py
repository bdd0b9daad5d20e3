"""What a map must keep to survive a check, and why there.

The bounds were set on the question's network, trained on smartwatch recordings, where methods fall far apart; what was
measured there is said with each.
"""

ORDERS = 20
"""Random orders beside a deletion curve. A random map is among the best two of itself and twenty orders, and so
survives, twice in twenty-one times."""

STEPS = 20
"""Steps of a deletion curve, from nothing replaced to everything."""

RANDOM_SHARE = 0.05
"""Share of the random orders that may be better at deletion than the map. Integrated Gradients beats all but that for
each series that was looked at, Guided Backprop of the same network for six in ten."""

MOVES = 0.01
"""By how much the probability of a class must move while all of the series goes. A network that is sure whatever it
sees keeps it, and then only the score tells what is needed."""

PIECES = 30
"""Windows that a series is taken away in. A window is then about as long as what a convolution sees at once: single
samples that are gone make spikes, which say more of the network than of the map."""

SIMILAR_WHEN_DESTROYED = 0.5
"""Mean rank correlation with itself that a map may keep while the layers are destroyed from the top. Saliency,
Integrated Gradients, DeepLIFT and Grad-CAM kept -0.1 to 0.2, Guided Backprop 0.65 to 0.7 on every series."""

DRAWS, DRAWS_WHEN_SLOW = 8, 3
"""How often the layers are drawn anew. A map at few steps keeps or turns its sign by chance: one draw alone can leave
Grad-CAM three quarters of its order, where eight leave it a tenth. Methods that take long are asked less often."""

SIMILAR_FOR_ANOTHER_CLASS = 0.5
"""Mean rank correlation with the maps of other classes that a map may have. Integrated Gradients had -0.1 and Grad-CAM
-0.3, LayerCAM, which leaves out what speaks against a class, 0.3, Guided Backprop 0.75, and Eigen-CAM 1."""

CLASSES = 8
"""Other classes that a map is compared with: the likeliest."""

AGREES = 0.3
"""Mean rank correlation in windows with the nearest method of each other family that a map must have. Integrated
Gradients had 0.65, Grad-CAM 0.3 and Guided Backprop 0.1; unrelated maps of thirty windows have about 0.15."""

CONFIDENCE = 1.96
"""Standard errors of the interval round an accuracy: 95 of 100 such intervals hold the true one."""

FEW = 20
"""Series with true classes below which nothing is said of the network: the interval is wider than most differences."""
