"""Saved pages, pictures and tables."""
