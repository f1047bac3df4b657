"""Golden predictions of LightGBM for the tree walker: `python -m tests.golden ROWS GOLDEN` in `model/`."""

import base64
import json
import sys
from pathlib import Path

import numpy as np

from forestall_model.trees.artefact import encode_artefact, trees_of
from forestall_model.trees.rows import read_rows
from forestall_model.trees.train import Settings, train_boosters

PREDICTED = 40
SETTINGS = Settings(rounds=4, min_rows_per_leaf=20)
SEED = 1


def main() -> None:
    """Trains a few rounds and writes the artefact, some rows, and what LightGBM itself predicts for them."""
    rows = read_rows(Path(sys.argv[1]))
    boosters = train_boosters(rows, SEED, SETTINGS)
    chosen = np.linspace(0, len(rows.weights) - 1, PREDICTED).astype(int)
    golden = {
        "artefact": base64.b64encode(
            encode_artefact(rows, SEED, [trees_of(booster) for booster in boosters])
        ).decode(),
        "rows": rows.features[chosen].tolist(),
        "predictions": [booster.predict(rows.features[chosen]).tolist() for booster in boosters],
    }
    Path(sys.argv[2]).write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()
