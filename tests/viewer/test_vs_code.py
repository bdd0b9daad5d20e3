"""VS Code finds a widget's module by reading its extension.js as text: it never runs it."""

import re
from pathlib import Path

FILE = Path(__file__).parents[2] / "cam1d_widget" / "nbextension" / "extension.js"


def mappings(script):
    """What VS Code reads: after a literal call of config, up to the next parenthesis, pairs within the third brace."""
    call = re.search(r"""(\[["']require(js)?["']\]|require(js)?)(\.config|\[["']config["']\])\(\{""", script)
    until = script.index(")", call.end())
    innermost = script[call.start() : until].split("{")[3].split("}")[0]
    pairs = (entry.split(":") for entry in innermost.split(",") if ":" in entry)
    return {name.strip().strip("\"'"): place.strip().strip("\"'") for name, place in pairs}


def test_the_module_is_found_where_it_is_installed():
    assert mappings(FILE.read_text()) == {"cam1d-widget": "nbextensions/cam1d-widget/index"}
    # Comments within the braces would be stripped, by a rule that is not ours to rebuild: there are none.
    assert not re.search(r"//|/\*", FILE.read_text().partition("config(")[2])
