"""Answers of other systems: the rows of the files in this folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent

Row = dict[str, Any]


def read(name: str) -> list[Row]:
    """Return the rows of a file."""
    with (FOLDER / name).open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def by_id(name: str) -> dict[str, Row]:
    """Return the rows of a file by their ids."""
    return {row["id"]: row for row in read(name)}
