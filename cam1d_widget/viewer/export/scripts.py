"""Programs of a page, and their licenses, read from installed packages."""

from __future__ import annotations

import base64
import gzip
import importlib.metadata
import json
import re
from pathlib import Path

PACKAGE = Path(__file__).parents[2]
_RULE = f"\n\n{'=' * 80}\n\n"


def programs(engine: bool = False) -> dict[str, str]:
    """Every program of a page by name, compressed by gzip, in Base64; with the engine that runs a model if wanted."""
    static = PACKAGE / "static"
    there = {
        "page.js": static / "page.js",
        "bqscales": _installed("bqscales", "nbextensions/bqscales/index.js"),
        "bqplot": _installed("bqplot", "nbextensions/bqplot/index.js"),
        "cam1d-widget": _own(),
    }
    if engine:
        there |= {name: static / name for name in ("engine.js", "engine.wasm")}
    return {name: base64.b64encode(gzip.compress(_read(path), mtime=0)).decode("ascii") for name, path in there.items()}


def licenses(engine: bool = False) -> str:
    """Licenses of these programs, and of the packages bundled in them, which a page must include."""
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


def _read(path: Path) -> bytes:
    # The page has no source map, and must not request one.
    read = path.read_bytes()
    return read if path.suffix != ".js" else re.sub(rb"^//# sourceMappingURL=.*$", b"", read, flags=re.MULTILINE)
