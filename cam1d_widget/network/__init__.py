"""A network, read once: what its layers do, and what follows from it for attribution."""
