"""Documents that a release wrote are readable for ever.

The files of ``golden/v1`` hold version 1 of the format. They are never written anew: a change of
the format gets a new version, a step in ``UPGRADERS``, and a folder of its own.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from incidentcore.serialization import dumps, loads, to_plain
from incidentcore.serialization.registry import CLASSES
from incidentcore.serialization.upgrades import FORMAT_VERSION, MERGED, plain_names

from .examples import GOLDEN

FOLDER = Path(__file__).with_name("golden")


@pytest.mark.parametrize("name", GOLDEN)
def test_a_document_of_version_1_is_read(name: str) -> None:
    """The file gives the value that was written (rule D3)."""
    text = (FOLDER / "v1" / f"{name}.json").read_text(encoding="utf-8")

    assert loads(text, object) == GOLDEN[name]


@pytest.mark.parametrize("name", GOLDEN)
def test_this_release_writes_the_same(name: str) -> None:
    """As long as the format is at version 1, the value gives the file, character by character."""
    text = (FOLDER / "v1" / f"{name}.json").read_text(encoding="utf-8")

    assert FORMAT_VERSION == 1
    assert dumps(GOLDEN[name], indent=1) + "\n" == text


def test_every_golden_file_is_read() -> None:
    """No file lies there without its value above."""
    assert {path.stem for path in (FOLDER / "v1").glob("*.json")} == set(GOLDEN)


TYPES = FOLDER / "v1" / "types"


def _with_merged(plain: Any) -> Any:
    """Return plain data in which each merged kind is the kind that it became part of."""
    if isinstance(plain, list):
        return [_with_merged(item) for item in plain]
    if not isinstance(plain, dict):
        return plain
    plain = {key: _with_merged(item) for key, item in plain.items()}
    if plain.get("$type") not in MERGED:
        return plain
    name, fields = MERGED[plain.pop("$type")](plain)
    return {"$type": name, **fields}


def _is_within(old: Any, new: Any) -> bool:
    """Tell whether all that one document says is said by another in the same words."""
    if isinstance(old, dict) and isinstance(new, dict):
        return all(key in new and _is_within(value, new[key]) for key, value in old.items())
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(_is_within, old, new))
    return type(old) is type(new) and bool(old == new)


def test_every_type_has_a_golden_file() -> None:
    """A document of each type is read; written again it says all it said, and is read alike.

    A field that came later, with a default, may be beside what the file says. A new class gets its
    file by ``python -m tests.serialization.write_golden``.
    """
    for name, cls in CLASSES.items():
        text = (TYPES / f"{name}.json").read_text(encoding="utf-8")
        document = json.loads(text)
        value = loads(text, object, trusted=True)

        assert document["type"] == name
        assert type(value) is cls
        _, said = plain_names(name, document["value"])  # codes and fields that were renamed once
        assert _is_within({**document, "value": _with_merged(said)}, to_plain(value)), name
        assert loads(dumps(value), object, trusted=True) == value, name


def test_no_golden_file_is_without_its_type() -> None:
    """A type that has a file is never dropped from the format."""
    assert {path.stem for path in TYPES.iterdir()} <= {*CLASSES, *MERGED}


@pytest.mark.parametrize(
    ("old", "new", "is_within"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, True),
        ({"a": 1, "b": 2}, {"a": 1}, False),
        ({"a": 1}, {"a": 1.0}, False),
        ({"a": 1}, {"a": True}, False),
        ({"a": [1, 2]}, {"a": [2, 1]}, False),
        ({"a": [1]}, {"a": [1, 2]}, False),
        ({"a": [{"b": None}]}, {"a": [{"b": None, "c": []}]}, True),
    ],
    ids=str,
)
def test_what_within_means(old: Any, new: Any, is_within: bool) -> None:  # noqa: FBT001
    """Nothing may be lost, moved or written as another type; more may be said."""
    assert _is_within(old, new) is is_within
