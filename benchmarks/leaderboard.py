"""Every method on series with known truth, compared with every other library that can be installed: `make bench`.

Writes its part of `docs/benchmarks.json`, from which `tools/docs/make_leaderboard.py` makes tables and figures.
`--quick` takes one seed and fewer series; `--without-peers` needs no other package.
"""

from __future__ import annotations

import argparse
import os
import time
from dataclasses import asdict
from typing import Any

# TensorFlow's start-up log would appear between the lines.
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"

from contenders import contenders
from known_truth import ALIGNED, LEAKING, RECIPES, SOLVED, Recipe, Task, trained
from placement import placements
from results import leave
from scores import chance, scored

EXPLAINED, FAITHFUL = 30, 8
QUICK_SETS = ("planted segments (dCAM 1)", "quiet stretch (LowVarDetect)")
QUICK_EXPLAINED, QUICK_FAITHFUL = 8, 2


def main() -> None:
    """Print and write every figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--without-peers", action="store_true")
    options = parser.parse_args()
    explained, faithful = (QUICK_EXPLAINED, QUICK_FAITHFUL) if options.quick else (EXPLAINED, FAITHFUL)
    start = time.perf_counter()
    made: dict[str, Any] = {"quick": options.quick}
    made["placement"] = placement(seeds_of(ALIGNED, options.quick), explained)
    made["leak"] = facts([trained(LEAKING, 0, explained)])
    made["sets"] = {}
    for name in QUICK_SETS if options.quick else RECIPES:
        made["sets"][name] = on_set(name, seeds_of(RECIPES[name], options.quick), explained, faithful)
        leave("leaderboard", made)
    if not options.without_peers:
        from beside_peers import beside_peers

        made["peers"] = beside_peers(options.quick)
    made["minutes"] = round((time.perf_counter() - start) / 60, 1)
    leave("leaderboard", made)
    print(f"{made['minutes']} minutes")


def seeds_of(recipe: Recipe, quick: bool) -> range:
    """Seeds of the data and the training of a recipe."""
    return range(1 if quick else recipe.seeds)


def placement(seeds: range, explained: int) -> dict[str, Any]:
    """Three ways of placing one Grad-CAM."""
    tasks = [trained(ALIGNED, seed, explained * 2) for seed in seeds]
    found = [placements(task) for task in tasks]
    rows = {way: [one[way] for one in found] for way in found[0]}
    print(f"\nplacement, network {[round(task.network.accuracy, 2) for task in tasks]}")
    for way, values in rows.items():
        print(f"{sum(values) / len(values):6.3f}  {way}")
    return {**facts(tasks), "rows": rows}


def on_set(name: str, seeds: range, explained: int, faithful: int) -> dict[str, Any]:
    """Scores of every contender on one set, a list over the seeds for each; no rows where no class may be scored."""
    tasks, rows = [], {}
    for seed in seeds:
        task = trained(RECIPES[name], seed, explained)
        tasks.append(task)
        print(
            f"\n{name}, seed {seed}: network {task.network.accuracy:.2f}, chance {task.network.chance:.2f}, probe "
            f"{task.network.probe_accuracy:.2f}, blanked {task.network.blanked_accuracy:.2f}\n{task.truth}",
            flush=True,
        )
        for label, contender in contenders(task).items() if len(task.x) else ():
            found = scored(contender, task, faithful)
            rows.setdefault(label, []).append(found)
            print(" ".join(f"{score} {value:8.3f}" for score, value in found.items()), label, flush=True)
    columns = {label: {score: [one[score] for one in found] for score in found[0]} for label, found in rows.items()}
    return {**facts(tasks), "rows": columns}


def facts(tasks: list[Task]) -> dict[str, Any]:
    """Facts of a set that its figures depend on."""
    networks = [task.network for task in tasks]
    return {
        "accuracy": [one.accuracy for one in networks],
        "probe": [one.probe_accuracy for one in networks],
        "majority": [one.chance for one in networks],
        "blanked": [one.blanked_accuracy for one in networks],
        "tested": len(networks[0].test.y),
        "solved by a linear probe": any(one.probe_accuracy > SOLVED for one in networks),
        "only": tasks[0].recipe.only,
        "truth": [
            [asdict(one) for one in of_class] for of_class in zip(*(task.truth.classes for task in tasks), strict=True)
        ],
        "explained": [len(task.x) for task in tasks],
        "chance": [chance(task) for task in tasks if len(task.x)],
    }


if __name__ == "__main__":
    main()
