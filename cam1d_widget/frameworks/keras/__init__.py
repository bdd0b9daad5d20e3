"""Keras: models are read into graphs and run as compiled functions."""
