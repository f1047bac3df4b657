"""Trains the fleet trees: `python -m forestall_model.trees.train ROWS ARTEFACT [--seed N]`.

One gradient-boosted model per quantile level learns how far the actual values are from that quantile of the ensemble,
in units of the width of its band (pinball loss, Koenker & Bassett 1978). One thread and fixed seeds: the same rows give
the same bytes on the same machine.
"""

import argparse
import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import lightgbm

from .artefact import Tree, encode_artefact, trees_of
from .rows import TrainingRows, UnusableRowsError, read_rows


@dataclass(frozen=True)
class Settings:
    """Settings of the trees; docs/adr/0035-fleet-trees.md has the trials."""

    rounds: int = 100
    leaves: int = 15
    rate: float = 0.1
    min_rows_per_leaf: int = 200
    bins: int = 63
    features_per_tree: float = 0.4


def _parameters(level: float, settings: Settings, seed: int) -> dict[str, object]:
    return {
        "objective": "quantile",
        "alpha": level,
        "num_leaves": settings.leaves,
        "learning_rate": settings.rate,
        "min_data_in_leaf": settings.min_rows_per_leaf,
        "max_bin": settings.bins,
        "feature_fraction": settings.features_per_tree,
        "boost_from_average": False,
        "use_missing": False,
        "feature_pre_filter": False,
        "deterministic": True,
        "force_col_wise": True,
        "num_threads": 1,
        "seed": seed,
        "verbose": -1,
    }


def train_boosters(rows: TrainingRows, seed: int, settings: Settings) -> list[lightgbm.Booster]:
    """One booster for each quantile level."""
    return [
        lightgbm.train(
            _parameters(level, settings, seed),
            lightgbm.Dataset(
                rows.features,
                rows.targets[:, index],
                weight=rows.weights,
                params={"max_bin": settings.bins, "verbose": -1, "use_missing": False},
            ),
            settings.rounds,
        )
        for index, level in enumerate(rows.levels)
    ]


def train(rows: TrainingRows, seed: int, settings: Settings = Settings()) -> bytes:
    """The artefact that is learned from the rows."""
    boosters = train_boosters(rows, seed, settings)
    levels: list[list[Tree]] = [trees_of(booster) for booster in boosters]
    return encode_artefact(rows, seed, levels)


def main(arguments: list[str] | None = None) -> int:
    """Trains from a file, writes the artefact, and prints one line of JSON about both."""
    parser = argparse.ArgumentParser(description="Train the fleet trees.")
    parser.add_argument("rows", type=Path)
    parser.add_argument("artefact", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=Settings.rounds)
    options = parser.parse_args(arguments)
    try:
        rows = read_rows(options.rows)
    except (OSError, UnusableRowsError) as error:
        print(f"train: {error}", file=sys.stderr)
        return 1
    settings = Settings(rounds=options.rounds)
    artefact = train(rows, options.seed, settings)
    options.artefact.write_bytes(artefact)
    summary = {
        "rows": len(rows.weights),
        "dataHash": rows.data_hash,
        "seed": options.seed,
        "settings": asdict(settings),
        "bytes": len(artefact),
        "cpuSeconds": round(time.process_time(), 1),
    }
    print(json.dumps(summary))
    return 0


if __name__ == "__main__":
    sys.exit(main())
