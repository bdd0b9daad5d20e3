"""Metadata of the project for PyPI, for citations and for GitHub is complete and consistent."""

import datetime
import json
import re
import tomllib
from pathlib import Path

import yaml

from cam1d_widget import all_methods

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text())
REPOSITORY = PROJECT["project"]["urls"]["Repository"]
# Fields of the schema of CFF 1.2.0, https://github.com/citation-file-format/citation-file-format.
TEXTS = {
    "abstract", "cff-version", "commit", "doi", "license-url", "message", "repository", "repository-artifact",
    "repository-code", "title", "type", "url", "version",
}  # fmt: skip
LISTS = {"authors", "contact", "identifiers", "keywords", "references"}
PERSON = {
    "address", "affiliation", "alias", "city", "country", "email", "family-names", "fax", "given-names",
    "name-particle", "name-suffix", "orcid", "post-code", "region", "tel", "website",
}  # fmt: skip
ENTITY = {
    "address", "alias", "city", "country", "date-end", "date-start", "email", "fax", "location", "name", "orcid",
    "post-code", "region", "tel", "website",
}  # fmt: skip


def test_the_citation_file_is_valid():
    assert {"authors", "cff-version", "message", "title"} <= CITATION.keys()
    assert CITATION.keys() <= TEXTS | LISTS | {"date-released", "license", "preferred-citation"}
    assert CITATION["cff-version"] == "1.2.0"
    assert CITATION["type"] in ("software", "dataset")
    assert all(isinstance(CITATION[field], str) and CITATION[field] for field in TEXTS & CITATION.keys())
    assert all(isinstance(CITATION[field], list) and CITATION[field] for field in LISTS & CITATION.keys())
    assert isinstance(CITATION.get("date-released", datetime.date.min), datetime.date)
    assert len(set(CITATION["keywords"])) == len(CITATION["keywords"])
    for author in CITATION["authors"]:
        assert author.keys() <= (ENTITY if "name" in author else PERSON)


def test_the_citation_names_the_projects_license_and_authors():
    assert CITATION["license"] == PROJECT["project"]["license"]
    assert CITATION["authors"] == PROJECT["project"]["authors"]
    assert CITATION["authors"][0]["name"] in (ROOT / "LICENSE").read_text()


def test_one_repository_is_named_everywhere():
    assert CITATION["repository-code"] == REPOSITORY
    named = [*PROJECT["project"]["urls"].values()]
    named += [one["replacement"].partition("(")[2] for one in readme_on_pypi()["substitutions"]]
    browser = json.loads((ROOT / "js" / "package.json").read_text())
    named += [browser["repository"]["url"].removeprefix("git+").removesuffix(".git"), browser["bugs"]]
    named += [browser["homepage"].removesuffix("#readme")]
    assert all(f"{address}/".startswith(f"{REPOSITORY}/") for address in named)


def test_the_license_is_stated_once_and_every_classifier_version_is_supported():
    classifiers = PROJECT["project"]["classifiers"]
    assert not [one for one in classifiers if one.startswith("License ::")]  # PEP 639: the expression replaces it
    versions = [one.rpartition(" :: ")[2] for one in classifiers if re.search(r":: 3\.\d+$", one)]
    assert f">={versions[0]}" == PROJECT["project"]["requires-python"]


def test_the_readme_on_pypi_has_no_relative_link():
    text = (ROOT / "README.md").read_text()
    for one in readme_on_pypi()["substitutions"]:
        text = re.sub(one["pattern"], one["replacement"], text)
    assert f"]({REPOSITORY}/raw/main/docs/first_look.webp)" in text
    assert not re.findall(r"\]\((?!https:)[^)]+\)", text)


def test_the_number_of_methods_is_right():
    methods = [method for method in all_methods() if method.__module__.startswith("cam1d_widget.")]
    assert f"{len(methods)} attribution methods" in CITATION["abstract"]
    assert f"{len(methods) - 3} other attribution methods" in PROJECT["project"]["description"]


def test_workflows_run_make_targets_alone():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    commands = [
        step["run"]
        for path in (ROOT / ".github" / "workflows").glob("*.yml")
        for job in yaml.safe_load(path.read_text())["jobs"].values()
        for step in job["steps"]
        if "run" in step
    ]
    made = [command.removeprefix("make ") for command in commands if not command.startswith("npm publish")]
    assert {"check", "test", "slow", "build"} <= set(made) <= targets


def readme_on_pypi():
    return PROJECT["tool"]["hatch"]["metadata"]["hooks"]["fancy-pypi-readme"]
