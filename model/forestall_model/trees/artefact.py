"""Writes trees in the compact form that `core/forecasts/engine/fleet/fleet-trees.ts` reads."""

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass

import lightgbm
import numpy as np

from .rows import TrainingRows

MAGIC = b"FFT\x01"
NUMERICAL_SPLIT_WITHOUT_MISSING_VALUES = 2


@dataclass(frozen=True)
class Tree:
    """A regression tree. A value goes left if it is at most the threshold; a child below zero is the leaf `~child`."""

    features: Sequence[int]
    thresholds: Sequence[np.float32]
    left: Sequence[int]
    right: Sequence[int]
    leaves: Sequence[np.float32]


def round_down(threshold: float) -> np.float32:
    """The largest single-precision number that is at most `threshold`: it splits such numbers in the same way."""
    single = np.float32(threshold)
    return single if float(single) <= threshold else np.nextafter(single, np.float32(-np.inf))


def trees_of(booster: lightgbm.Booster) -> list[Tree]:
    """The trees of a booster, from its text form."""
    sections = booster.model_to_string().split("\nTree=")[1:]
    return [_tree_of(section.split("\nend of trees")[0]) for section in sections]


def _tree_of(section: str) -> Tree:
    fields = dict(line.split("=", 1) for line in section.split("\n")[1:] if "=" in line)
    leaves = [np.float32(value) for value in fields["leaf_value"].split()]
    if int(fields["num_leaves"]) == 1:
        return Tree([], [], [], [], leaves)
    kinds = set(fields["decision_type"].split())
    if kinds != {str(NUMERICAL_SPLIT_WITHOUT_MISSING_VALUES)}:
        raise ValueError(f"splits of the kinds {sorted(kinds)} cannot be written")
    return Tree(
        features=_integers(fields["split_feature"]),
        thresholds=[round_down(float(value)) for value in fields["threshold"].split()],
        left=_integers(fields["left_child"]),
        right=_integers(fields["right_child"]),
        leaves=leaves,
    )


def _integers(text: str) -> list[int]:
    return [int(value) for value in text.split()]


def _varint(value: int) -> bytes:
    out = bytearray()
    while value >= 128:
        out.append(value % 128 + 128)
        value //= 128
    out.append(value)
    return bytes(out)


def _text(value: str) -> bytes:
    encoded = value.encode()
    return _varint(len(encoded)) + encoded


def _encode_tree(tree: Tree) -> bytes:
    parts = [_varint(len(tree.leaves))]
    for feature, threshold, left, right in zip(
        tree.features, tree.thresholds, tree.left, tree.right, strict=True
    ):
        parts.append(_varint(feature) + struct.pack("<fhh", threshold, left, right))
    parts.append(struct.pack(f"<{len(tree.leaves)}f", *tree.leaves))
    return b"".join(parts)


def encode_artefact(rows: TrainingRows, seed: int, levels: Sequence[Sequence[Tree]]) -> bytes:
    """The artefact: mark, origin, trees of each quantile level, and the SHA-256 of all that."""
    parts = [
        MAGIC,
        _text(rows.features_hash),
        _text(rows.data_hash),
        _varint(seed),
        *map(_varint, (*rows.step_seconds, rows.max_lead_seconds)),
        _varint(len(rows.levels)),
        struct.pack(f"<{len(rows.levels)}d", *rows.levels),
    ]
    for trees in levels:
        parts.append(_varint(len(trees)))
        parts.extend(map(_encode_tree, trees))
    body = b"".join(parts)
    return body + hashlib.sha256(body).digest()
