"""Name and version under which the browser half is known; a test holds them to ``js/package.json``."""

MODULE = "cam1d-widget"
VERSION = "^0.1.0"
