"""Frameworks: each folder reads the models of one framework and runs them."""
