"""Layout of the tests: helpers are in tests/support and next to conftest.py, never in a file of tests."""

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parent


@pytest.mark.parametrize("path", sorted(TESTS.rglob("*.py")), ids=lambda path: str(path.relative_to(TESTS)))
def test_nothing_is_imported_from_a_file_of_tests(path):
    imports = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom)]
    names = [f"{node.module or ''}.{each.name}" for node in imports for each in node.names if node.level]
    assert not [name for name in names if any(part.startswith("test_") for part in name.split("."))]
