"""Scripts of a page, and their licenses, read from installed packages."""

from __future__ import annotations

import base64
import importlib.metadata
import json
import re
from pathlib import Path

PACKAGE = Path(__file__).parents[2]
_RULE = f"\n\n{'=' * 80}\n\n"


def programs() -> dict[str, str]:
    """Every script of a page, by name."""
    return {
        "require.js": _read(PACKAGE / "static" / "require.js"),
        # Its icon fonts are separate files that no page needs; the rule is disabled so that they are not requested.
        "embed-amd.js": _read(PACKAGE / "static" / "embed-amd.js").replace("@font-face", "@media not all"),
        "bqscales": _read(_installed("bqscales", "nbextensions/bqscales/index.js")),
        "bqplot": _read(_installed("bqplot", "nbextensions/bqplot/index.js")),
        "cam1d-widget": _read(_own()),
    }


def engine() -> dict[str, str]:
    """Scripts of a page that contains a model: the engine, and the program of its backend in Base64."""
    program = (PACKAGE / "static" / "engine.wasm").read_bytes()
    return {
        "engine.js": _read(PACKAGE / "static" / "engine.js"),
        "engine.wasm": base64.b64encode(program).decode("ascii"),
    }


def licenses(engine: bool = False) -> str:
    """Licenses of these scripts, and of the packages bundled in them, which a page must include."""
    names = ["THIRD_PARTY_LICENSES.txt", *(["ENGINE_LICENSES.txt"] if engine else [])]
    bundled = [(PACKAGE / "static" / name).read_text(encoding="utf-8") for name in names]
    return _RULE.join([*bundled, *(_licenses_of(distribution) for distribution in ("bqplot", "bqscales"))])


def _licenses_of(distribution: str) -> str:
    terms = _installed(distribution, "LICENSE").read_text(encoding="utf-8").strip()
    bundled = _installed(distribution, "third-party-licenses.json").read_text(encoding="utf-8")
    together: dict[str, list[str]] = {}
    for package in json.loads(bundled)["packages"]:
        together.setdefault(package["extractedText"].strip(), []).append(f"{package['name']} ({package['licenseId']})")
    parts = [f"{', '.join(names)}\n\n{text}" for text, names in together.items()]
    return "\n\n".join([f"{distribution} (Apache-2.0), followed by the bundled packages\n\n{terms}", *parts])


def _own() -> Path:
    built = PACKAGE / "nbextension" / "index.js"
    return built if built.exists() else _installed("cam1d_widget", "nbextensions/cam1d-widget/index.js")


def _installed(distribution: str, tail: str) -> Path:
    """File of an installed package, wherever its environment keeps shared data."""
    for file in importlib.metadata.files(distribution) or []:
        if file.as_posix().endswith(f"/{tail}"):
            return Path(str(file.locate()))
    raise FileNotFoundError(f"{distribution} is installed without its '{tail}'; reinstall it with pip")


def _read(path: Path) -> str:
    # The page has no source map, and must not request one.
    return re.sub(r"^//# sourceMappingURL=.*$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
