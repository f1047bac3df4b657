"""Tests of the tree trainer: `python -m unittest discover -s tests -t .` in `model/`."""

import contextlib
import hashlib
import io
import json
import struct
import tempfile
import unittest
from pathlib import Path

import numpy as np

from forestall_model.trees.artefact import MAGIC, encode_artefact, round_down, trees_of
from forestall_model.trees.rows import UnusableRowsError, read_rows
from forestall_model.trees.train import Settings, main, train, train_boosters

LEVELS = [0.1, 0.5, 0.9]
QUICK = Settings(rounds=20, min_rows_per_leaf=20)


def write_rows(path: Path, values: np.ndarray, **changes: object) -> Path:
    header = {
        "format": 1,
        "featuresHash": "f" * 14,
        "features": ["a", "b"],
        "levels": LEVELS,
        "stepSeconds": {"min": 60, "max": 900},
        "maxLeadSeconds": 28800,
        "rows": len(values),
    } | changes
    path.write_bytes(json.dumps(header).encode() + b"\n" + values.astype("<f4").tobytes())
    return path


def sample(count: int = 2000) -> np.ndarray:
    """Rows whose target is the feature `a` with an error that the feature `b` scales."""
    random = np.random.default_rng(1)
    a, b = random.uniform(-1, 1, count), random.uniform(0.1, 1, count)
    target = a + b * random.normal(size=count)
    weights = random.uniform(0.5, 1.5, count)
    return np.column_stack([a, b, target, target, target, weights])


class WithRows(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.path = write_rows(self.folder / "rows", sample())


class Rows(WithRows):
    def test_are_read_with_their_description(self) -> None:
        rows = read_rows(self.path)
        self.assertEqual(rows.features.shape, (2000, 2))
        self.assertEqual(rows.targets.shape, (2000, 3))
        self.assertEqual(rows.levels, tuple(LEVELS))
        self.assertEqual((rows.step_seconds, rows.max_lead_seconds), ((60, 900), 28800))
        self.assertEqual(rows.data_hash, hashlib.sha256(self.path.read_bytes()).hexdigest())
        np.testing.assert_allclose(rows.weights, sample()[:, -1], rtol=1e-6)

    def test_are_refused_with_the_reason(self) -> None:
        whole = self.path.read_bytes()
        broken = sample()
        broken[7, 3] = np.nan
        cases = {
            "expected a line of JSON": b"rows",
            "expected training rows of format 1": b'{"format": 2}\n',
            "expected 2000 rows of 6 numbers": whole[:-1],
            "column 3 of row 7 is not finite": write_rows(
                self.folder / "broken", broken
            ).read_bytes(),
        }
        for reason, content in cases.items():
            with self.subTest(reason):
                (self.folder / "bad").write_bytes(content)
                with self.assertRaisesRegex(UnusableRowsError, reason):
                    read_rows(self.folder / "bad")

    def test_none_are_refused(self) -> None:
        with self.assertRaisesRegex(UnusableRowsError, "expected 0 rows"):
            read_rows(write_rows(self.folder / "none", sample()[:0]))


class Training(WithRows):
    def test_same_rows_and_seed_give_the_same_bytes(self) -> None:
        rows = read_rows(self.path)
        self.assertEqual(train(rows, 1, QUICK), train(rows, 1, QUICK))
        self.assertNotEqual(train(rows, 1, QUICK), train(rows, 2, QUICK))

    def test_learns_quantiles_that_follow_the_features(self) -> None:
        rows = read_rows(self.path)
        settings = Settings(rounds=60, min_rows_per_leaf=20)
        low, middle, high = (
            booster.predict(rows.features) for booster in train_boosters(rows, 1, settings)
        )
        target = rows.targets[:, 0]
        self.assertLess(np.abs(middle - rows.features[:, 0]).mean(), 0.2)
        self.assertAlmostEqual(np.mean((target >= low) & (target <= high)), 0.8, delta=0.05)
        width = high - low
        wide = rows.features[:, 1] > 0.8
        narrow = rows.features[:, 1] < 0.3
        self.assertGreater(width[wide].mean(), 2 * width[narrow].mean())

    def test_heavy_rows_count_more(self) -> None:
        values = sample()
        values[:, 2:5] = np.where(np.arange(len(values)) % 2 == 0, 1.0, -1.0)[:, None]
        values[:, 5] = np.where(np.arange(len(values)) % 2 == 0, 9.0, 1.0)
        rows = read_rows(write_rows(self.folder / "heavy", values))
        middle = train_boosters(rows, 1, Settings(rounds=60))[1].predict(rows.features)
        self.assertGreater(middle.min(), 0.8)


class Artefact(WithRows):
    def walk(self, tree, row: np.ndarray) -> float:
        at = 0 if len(tree.features) else -1
        while at >= 0:
            goes_left = row[tree.features[at]] <= tree.thresholds[at]
            at = tree.left[at] if goes_left else tree.right[at]
        return float(tree.leaves[~at])

    def test_trees_give_the_predictions_of_lightgbm(self) -> None:
        rows = read_rows(self.path)
        for booster in train_boosters(rows, 1, QUICK):
            trees = trees_of(booster)
            self.assertEqual(len(trees), QUICK.rounds)
            own = [sum(self.walk(tree, row) for tree in trees) for row in rows.features[:200]]
            np.testing.assert_allclose(own, booster.predict(rows.features[:200]), atol=1e-5)

    def test_rounds_thresholds_down_so_that_single_numbers_split_as_before(self) -> None:
        for threshold in [0.1, -0.1, 1 / 3, 1e-40, 12345.6789, -0.0]:
            rounded = round_down(threshold)
            self.assertLessEqual(float(rounded), threshold)
            self.assertGreater(float(np.nextafter(rounded, np.float32(np.inf))), threshold)

    def test_has_its_mark_origin_and_digest(self) -> None:
        rows = read_rows(self.path)
        content = encode_artefact(rows, 300, [[], [], []])
        body, digest = content[:-32], content[-32:]
        self.assertEqual(hashlib.sha256(body).digest(), digest)
        self.assertEqual(body[:4], MAGIC)
        self.assertEqual(body[4:19], b"\x0e" + b"f" * 14)
        self.assertEqual(body[19:84], b"\x40" + rows.data_hash.encode())
        # 300, 60, 900 and 28800 as numbers of seven bits per byte, then three levels.
        self.assertEqual(body[84:93], bytes([172, 2, 60, 132, 7, 128, 225, 1, 3]))
        self.assertEqual(list(struct.unpack("<3d", body[93:117])), LEVELS)


class CommandLine(WithRows):
    def run_main(self, *arguments: str) -> tuple[int, str, str]:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = main(list(arguments))
        return status, out.getvalue(), err.getvalue()

    def test_writes_the_artefact_and_says_what_it_is(self) -> None:
        target = self.folder / "trees.bin"
        status, out, _ = self.run_main(str(self.path), str(target), "--rounds", "3", "--seed", "5")
        summary = json.loads(out)
        self.assertEqual(status, 0)
        self.assertEqual(summary["bytes"], len(target.read_bytes()))
        self.assertEqual((summary["rows"], summary["seed"]), (2000, 5))
        self.assertEqual(summary["settings"]["rounds"], 3)

    def test_says_in_one_line_why_it_cannot_train(self) -> None:
        status, out, err = self.run_main(str(self.folder / "none"), str(self.folder / "trees.bin"))
        self.assertEqual((status, out), (1, ""))
        self.assertRegex(err, r"^train: .*No such file.*\n$")


if __name__ == "__main__":
    unittest.main()
