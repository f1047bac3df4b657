"""Reads the training rows that `core/forecasts/training/training-rows.ts` writes."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

FORMAT = 1


class UnusableRowsError(ValueError):
    """The file holds no training rows that this version can use."""


@dataclass(frozen=True)
class TrainingRows:
    """Rows of single precision: features (rows x features), targets (rows x levels), weights (rows)."""

    features: np.ndarray
    targets: np.ndarray
    weights: np.ndarray
    levels: tuple[float, ...]
    features_hash: str
    step_seconds: tuple[int, int]
    max_lead_seconds: int
    data_hash: str
    """SHA-256 of the file."""


def read_rows(path: Path) -> TrainingRows:
    """Reads and checks a file of rows. Raises UnusableRowsError with the reason."""
    content = path.read_bytes()
    line, _, body = content.partition(b"\n")
    try:
        header = json.loads(line)
    except ValueError as cause:
        raise UnusableRowsError(f"{path}: expected a line of JSON, then rows") from cause
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise UnusableRowsError(f"{path}: expected training rows of format {FORMAT}")
    features, levels, count = len(header["features"]), len(header["levels"]), header["rows"]
    width = features + levels + 1
    if count < 1 or len(body) != 4 * width * count:
        raise UnusableRowsError(
            f"{path}: expected {count} rows of {width} numbers, found {len(body)} bytes"
        )
    values = np.frombuffer(body, dtype="<f4").reshape(count, width)
    if not np.isfinite(values).all():
        row, column = np.argwhere(~np.isfinite(values))[0]
        raise UnusableRowsError(f"{path}: the number in column {column} of row {row} is not finite")
    return TrainingRows(
        features=np.ascontiguousarray(values[:, :features]),
        targets=np.asfortranarray(values[:, features : features + levels]),
        weights=np.ascontiguousarray(values[:, -1]),
        levels=tuple(header["levels"]),
        features_hash=header["featuresHash"],
        step_seconds=(header["stepSeconds"]["min"], header["stepSeconds"]["max"]),
        max_lead_seconds=header["maxLeadSeconds"],
        data_hash=hashlib.sha256(content).hexdigest(),
    )
