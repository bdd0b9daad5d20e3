"""Widgets whose state the browser shares."""
