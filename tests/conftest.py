import gc
import sys
import zlib
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

MODEL = "first_look.keras"
TOGETHER = ("tests/browser/", "tests/frameworks/torch/")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    """Few examples in `make test`, always the same, and many random ones in `make slow`.

    The tests in a browser run without hypothesis.
    """
    if config.pluginmanager.hasplugin("hypothesispytest"):
        from hypothesis import settings

        settings.register_profile("quick", max_examples=6, deadline=None, derandomize=True)
        settings.register_profile("thorough", max_examples=40, deadline=None)
        settings.load_profile("quick")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Of a test that is marked `few`, all cases are slow but that number of them, spread evenly over all."""
    cases: dict[str, list] = {}
    for item in items:
        if item.get_closest_marker("few") and not item.get_closest_marker("slow"):
            cases.setdefault(item.nodeid.partition("[")[0], []).append(item)
    for several in cases.values():
        count = several[0].get_closest_marker("few").args[0]
        quick = {place * len(several) // count for place in range(count)}
        for place, item in enumerate(several):
            if place not in quick:
                item.add_marker(pytest.mark.slow)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """With ``--dist loadfile``, one process has all tests of a folder that is slow to begin.

    In a browser: one JupyterLab, and programs compiled once. With PyTorch: one import, and what the first export loads.
    """
    if config.getvalue("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class TogetherByFolder(LoadFileScheduling):
        def _split_scope(self, nodeid):
            path = super()._split_scope(nodeid)
            return next((folder for folder in TOGETHER if path.startswith(folder)), path)

    return TogetherByFolder(config, log)


@pytest.fixture(scope="session")
def briefly_trained(tmp_path_factory) -> Path:
    """The demo's network after two epochs: enough to have something to look at."""
    import keras

    from cam1d_widget.data import load_watch
    from cam1d_widget.models import question_cnn

    watch = load_watch(overlap=0)
    keras.utils.set_random_seed(0)
    model = question_cnn((300, 6), 7)
    model.fit(watch.x_train, watch.y_train, epochs=2, verbose=0)
    path = tmp_path_factory.mktemp("model") / MODEL
    model.save(path)
    return path


@pytest.fixture(scope="module", autouse=True)
def frozen():
    """Modules, and what earlier files of tests keep, are millions of objects: no longer searched for garbage."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def unhurried(monkeypatch):
    """On a busy machine, too, the best method opens, and scores and maps are there at once; a test may undo this."""
    from cam1d_widget.attribution import growing_scores
    from cam1d_widget.viewer import choice
    from cam1d_widget.viewer.synced import channel_stack

    monkeypatch.setattr(growing_scores, "PATIENCE", float("inf"))
    monkeypatch.setattr(choice, "SECONDS", float("inf"))
    monkeypatch.setattr(channel_stack, "SLOW", float("inf"))


def _classifier(*head):
    from cam1d_widget import KerasClassifier

    from .support.toys import question

    return KerasClassifier(question(list(head)))


@pytest.fixture(scope="session")
def flatten():
    from keras import layers

    return _classifier(layers.Flatten(), layers.Dense(4, activation="softmax"))


@pytest.fixture(scope="session")
def gap():
    from keras import layers

    return _classifier(layers.GlobalAveragePooling1D(), layers.Dropout(0.5), layers.Dense(4, activation="softmax"))


@pytest.fixture(scope="session")
def gmp():
    from keras import layers

    return _classifier(layers.GlobalMaxPooling1D(), layers.Dense(4, activation="softmax"))


@pytest.fixture(scope="session")
def x() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(3, 300, 9)).astype(np.float32)


def _seed(name: str, module) -> None:
    """Random numbers that depend on a name alone: independent of earlier tests, a test and a fixture draw the same."""
    seed = zlib.crc32(name.encode())
    if isinstance(generator := getattr(module, "RNG", None), np.random.Generator):
        generator.bit_generator.state = np.random.default_rng(seed).bit_generator.state
    if "keras" in sys.modules:
        sys.modules["keras"].utils.set_random_seed(seed)


@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup(fixturedef, request):
    _seed(fixturedef.argname, None if fixturedef.scope in ("session", "package") else request.module)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item):
    _seed(item.nodeid, item.module)


def _counted(reporter, name: str) -> Counter:
    """Numbers that tests have recorded under a name, added up, also where processes shared the tests."""
    counted: Counter = Counter()
    for reports in reporter.stats.values():
        for report in reports:
            if getattr(report, "when", None) == "call":
                counted.update(dict(report.user_properties).get(name, {}))
    return counted


def pytest_terminal_summary(terminalreporter):
    """Say how many networks and statements the tests of claims have checked, and how many bad arguments were tried."""
    tried = _counted(terminalreporter, "bad arguments")
    if tried:
        terminalreporter.write_line(
            f"bad arguments: {tried.total()} cases, {tried['refused']} refused in a sentence, {tried['taken']} taken; "
            f"{tried['raw']} raw errors, {tried['meaningless']} meaningless values accepted"
        )
    counted = _counted(terminalreporter, "claims")
    if counted:
        terminalreporter.write_line(
            f"claims: {counted['networks']} networks, {counted['statements']} statements, "
            f"{counted['contradictions']} contradictions; {counted['missed']} true statements not made"
        )
