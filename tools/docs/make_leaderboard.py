"""Write tables and figures of the leaderboard into the docs, from the `benchmarks.json` of `make bench`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from statistics import mean, stdev
from typing import Any

DOCS = Path(__file__).parents[2] / "docs"
PAGE, RESULT = DOCS / "leaderboard.md", DOCS / "benchmarks.json"
MARKS = ("<!-- figures: written by `make docs` -->", "<!-- end of figures -->")
PLACES = ("AP time", "AP channel", "AP cell")
MARGINS = ("deletion", "insertion", "AOPCR")
CONTROLS = ("random map", "linear probe", "magnitude of the series")
# Ours in the comparison.
OURS = ("ours", "ours by XLA", "bare passes")


def main(check: bool) -> int:
    """Write page and figures; or, with `check`, report whether the page is stale."""
    result = json.loads(RESULT.read_text())["leaderboard"]
    before, rest = PAGE.read_text().split(MARKS[0])
    text = f"{before}{MARKS[0]}\n{content(result)}\n{MARKS[1]}{rest.split(MARKS[1])[1]}"
    if check:
        stale = text != PAGE.read_text()
        print("docs/leaderboard.md is stale; run `make docs`" if stale else "fresh")
        return int(stale)
    PAGE.write_text(text)
    figures(result)
    return 0


def content(result: dict[str, Any]) -> str:
    """Everything between the marks."""
    parts = [made_on(result), placement(result["placement"]), leaking(result["leak"])]
    parts += [known_truth(name, found) for name, found in result["sets"].items()]
    if "peers" in result:
        parts.append(peers(result["peers"]))
    return "\n\n".join(parts)


def made_on(result: dict[str, Any]) -> str:
    """Where the figures come from."""
    machine = result["machine"]
    quick = ", `QUICK=1`" if result["quick"] else ""
    python, cores = machine["python"], f"{machine['cores']} cores ({machine['processor']})"
    return (
        f"Means over seeds ± their standard deviation{quick}, made in {result['minutes']:.0f} minutes on {cores} "
        f"by Python {python}, Keras {machine['keras']} and TensorFlow {machine['tensorflow']}."
    )


def placement(found: dict[str, Any]) -> str:
    """Three ways of placing one map."""
    rows = "\n".join(f"| {named(way)} | {spread(values)} |" for way, values in found["rows"].items())
    return f"## Placement\n\n{facts(found)}\n\n| the same Grad-CAM | AP over time |\n|---|---|\n{rows}"


def leaking(found: dict[str, Any]) -> str:
    """What was verified of the set that leaks its class."""
    return f"## A set that leaks: dCAM 2 with `leak=True`\n\n{facts(found)}"


def named(label: str) -> str:
    """Label, in italics if it is a control."""
    return f"*{label}*" if label in CONTROLS else label


def known_truth(name: str, found: dict[str, Any]) -> str:
    """Table of one set, ordered by average precision over time × channel, controls last."""
    head = f"## {name[0].upper()}{name[1:]}\n\n{facts(found)}"
    rows = found["rows"]
    if not rows:
        return f"{head}\n\nNo class is scored, so there is no table."
    ours = sorted((label for label in rows if label not in CONTROLS), key=lambda label: -mean(rows[label]["AP cell"]))
    lines = [row(named(label), rows[label]) for label in [*ours, *CONTROLS]]
    columns = (
        "| map | AP time | AP channel | AP time × channel | deletion | insertion | AOPCR | ms a map |\n|---|"
        + "---|" * 7
    )
    chance = " · ".join(
        f"{place} {mean(one[place] for one in found['chance']):.2f}" for place in PLACES if found["chance"][0][place]
    )
    return f"{head}\n\nBy chance: {chance}.\n\n{columns}\n" + "\n".join(lines)


def row(label: str, scores: dict[str, list[float]]) -> str:
    """One line of a set's table."""
    cells = [spread(scores[place]) for place in PLACES] + [spread(scores[margin]) for margin in MARGINS]
    return f"| {label} | {' | '.join(cells)} | {mean(scores['ms a map']):.2g} |"


def facts(found: dict[str, Any]) -> str:
    """Facts that the figures of a set depend on."""
    solved, seeds = found["solved by a linear probe"], f"{len(found['accuracy'])} seeds"
    probe = (
        "**the probe solves this set, so that it cannot distinguish methods**"
        if solved
        else "the probe does not solve it"
    )
    return (
        f"Accuracy of the network {percent(found['accuracy'])}, of a linear probe {percent(found['probe'])}, of the "
        f"most frequent class {percent(found['majority'])}: {probe}. {leak(found)}"
        + (f" {sum(found['explained'])} series of {seeds} explained." if "rows" in found else "")
        + f"\n\n{truth(found)}"
    )


def leak(found: dict[str, Any]) -> str:
    """Whether anything outside the mask reveals the class."""
    chance, tested = mean(found["majority"]), found["tested"] * len(found["blanked"])
    leaks = mean(found["blanked"]) > chance + 4 * (chance * (1 - chance) / tested) ** 0.5
    verdict = (
        "**something outside the mask reveals the class: the set leaks**"
        if leaks
        else "nothing outside the mask reveals the class"
    )
    return f"Accuracy of a network trained with the marked part blanked: {percent(found['blanked'])}, so {verdict}."


def truth(found: dict[str, Any]) -> str:
    """Table of the verified ground truth: whether the marked part of each class is necessary and sufficient."""
    lines = [
        f"| {of_class[0]['name']} | {kept(of_class, 'without_truth')} | {kept(of_class, 'other_context')} | "
        f"{verdict(of_class, found['only'] in (None, index))} |"
        for index, of_class in enumerate(found["truth"])
    ]
    return "\n".join(["| class | kept without the truth | kept in another context | |", "|---|---|---|---|", *lines])


def kept(of_class: list[dict[str, Any]], share: str) -> str:
    """Share of series that keep their class, over the seeds that have any."""
    shares = [one[share] for one in of_class if one[share] is not None]
    return percent(shares) if shares else "none is right"


def verdict(of_class: list[dict[str, Any]], explained: bool) -> str:
    """Whether a class is scored, and why not."""
    reasons = dict.fromkeys(one["why_not"] for one in of_class if one["why_not"])
    scored = sum(one["why_not"] is None for one in of_class)
    if not scored:
        return "; ".join(reasons)
    if not explained:
        return "verified; not scored in this table"
    return (
        "scored" if scored == len(of_class) else f"scored with {scored} of {len(of_class)} seeds; {'; '.join(reasons)}"
    )


def peers(found: dict[str, Any]) -> str:
    """Times and average precision, compared with every other library."""
    made = found["found"]
    others = {name: one for name, one in made.items() if name not in OURS}
    names = " | ".join(f"{name} {one.get('version', '')}".strip() for name, one in others.items())
    lines = [
        f"| {label} | {own(label, made)} | {' | '.join(beside(label, made, one) for one in others.values())} |"
        for label in made["ours"]["methods"]
    ]
    failures = [
        f"* {name}, {label}: `{one['failed']}`"
        for name, found in others.items()
        for label, one in found.get("methods", {"all": found}).items()
        if "failed" in one
    ]
    batch = found["batch"]
    return (
        f"## Compared with other libraries\n\nOne network, {found['set']}, the same weights and options for all. Ours: "
        f"milliseconds for one series through XLA (`KerasClassifier(model, jit_compile=True)`), for one by default, "
        f"and for a batch of {batch} (in brackets, the ratio of the last two to their bare passes); and the "
        f"average precision over time, and over time × channel. Others: their time as a multiple of ours for one "
        f"series through XLA, for one by default, and for the batch (~: extrapolated from one series); and the same "
        f"precision. Bold: faster than ours.\n\n"
        f"| method | ours | {names} |\n|---|---|{'---|' * len(others)}\n"
        + "\n".join(lines)
        + "\n\nRefused or failed, with the error message:\n\n"
        + "\n".join(failures)
    )


def own(label: str, made: dict[str, Any]) -> str:
    """Our times and average precision."""
    one, xla = (made[name]["methods"][label] for name in OURS[:2])
    bare = made["bare passes"]["methods"].get(label, {})
    times = [f"{xla['one'] * 1000:.3g}"] + [
        f"{one[part] * 1000:.3g}" + (f" ({one[part] / bare[part]:.1f})" if part in bare else "")
        for part in ("one", "batch")
    ]
    return f"{' / '.join(times)} ms; {places(one)}"


def beside(label: str, made: dict[str, Any], peer: dict[str, Any]) -> str:
    """Another library's times as ratios to ours, and its average precision."""
    one = peer.get("methods", {}).get(label)
    if one is None:
        return "-"
    if "failed" in one:
        return "fails"
    mine, xla = (made[name]["methods"][label] for name in OURS[:2])
    ratios = [one["one"] / xla["one"], one["one"] / mine["one"], one["batch"] / mine["batch"]]
    cells = [f"**{ratio:.2g}**" if ratio < 1 else f"{ratio:.2g}" for ratio in ratios]
    cells[2] = f"~{cells[2]}" if one["guessed"] else cells[2]
    return f"{' / '.join(cells)} ×; {places(one)}"


def places(one: dict[str, Any]) -> str:
    """Average precision over time and over time × channel."""
    return f"{one['AP time']:.2f}, {one['AP cell']:.2f}"


def spread(values: list[float | None]) -> str:
    """Mean and standard deviation; nothing if there is none, as over a single channel."""
    if None in values:
        return ""
    return f"{mean(values):.2f}" + (f" ± {stdev(values):.2f}" if len(values) > 1 else "")


def percent(values: list[float]) -> str:
    """Mean as percent."""
    return f"{mean(values) * 100:.0f} %"


def figures(result: dict[str, Any]) -> None:
    """Two figures: one map placed in three ways, and how well methods localize time and channel."""
    import matplotlib

    matplotlib.use("svg")
    # The same file for the same figures.
    matplotlib.rcParams |= {"svg.hashsalt": "leaderboard", "font.size": 9, "svg.fonttype": "none"}
    bars(result["placement"]["rows"], "AP over time", "leaderboard_placement.svg", 1.8)
    labels = [
        "Occlusion", "Occlusion, windows of T/4", "Occlusion, windows of T/20", "RISE", "KernelSHAP", "LIME",
        "Integrated Gradients, windows of T/8", "Integrated Gradients", "Integrated Gradients, zero baseline",
        "DeepLIFT", "Grad-CAM", "random map",
    ]  # fmt: skip
    sets = {name: found["rows"] for name, found in result["sets"].items() if set(labels) <= set(found["rows"])}
    dots(labels, sets, "AP cell", "AP over time × channel", "leaderboard_cells.svg")


def bars(rows: dict[str, list[float]], title: str, name: str, height: float) -> None:
    """Horizontal bars, with the standard deviation over seeds."""
    from matplotlib import pyplot as plt

    figure, axis = plt.subplots(figsize=(7.2, height), layout="constrained")
    errors = [stdev(one) if len(one) > 1 else 0 for one in rows.values()]
    axis.barh(list(rows), [mean(one) for one in rows.values()], 0.8, xerr=errors, color=COLORS[0])
    finished(figure, axis, title, name)


def dots(labels: list[str], sets: dict[str, Any], score: str, title: str, name: str) -> None:
    """One row per map, one dot per set, with the standard deviation over seeds."""
    from matplotlib import pyplot as plt

    figure, axis = plt.subplots(figsize=(7.2, 5.6), layout="constrained")
    for index, (of_set, rows) in enumerate(sets.items()):
        values = [rows[label][score] for label in labels]
        axis.errorbar(
            [mean(one) for one in values],
            [place + (index - (len(sets) - 1) / 2) * 0.1 for place in range(len(labels))],
            xerr=[stdev(one) if len(one) > 1 else 0 for one in values],
            fmt=MARKERS[index], color=COLORS[index], label=of_set, markersize=5, elinewidth=0.8,
        )  # fmt: skip
    axis.set_yticks(range(len(labels)), labels)
    axis.hlines([place + 0.5 for place in range(len(labels) - 1)], 0, 1, color="#dddddd", linewidth=0.6)
    figure.legend(frameon=False, loc="outside upper center", ncols=2)
    finished(figure, axis, title, name)


def finished(figure: Any, axis: Any, title: str, name: str) -> None:
    """Axes in the order of the rows, and the file."""
    from matplotlib import pyplot as plt

    axis.invert_yaxis()
    axis.set(xlim=(0, 1), xlabel=title)
    axis.spines[["top", "right"]].set_visible(False)
    figure.savefig(DOCS / name, metadata={"Date": None})
    plt.close(figure)


COLORS = ("#e07b28", "#2f6db2", "#7f9c3b", "#8c6bb1", "#777777", "#c0504d", "#1f9e89")
MARKERS = "osD^vPX"


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv))
