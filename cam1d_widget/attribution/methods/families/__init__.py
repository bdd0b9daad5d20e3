"""Base classes that several attribution methods share."""
