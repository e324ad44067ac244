"""Whole documents of each tool: every event, result and finding that comes of them, by line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import attrs
import pytest

from incidentcore import vendors
from incidentcore.values import Actor
from incidentcore.vendors import Import
from incidentcore.vendors.kit import reported_slas

FOLDER = Path(__file__).parent
CASES = json.loads((FOLDER / "whole_tickets.json").read_text(encoding="utf-8"))


def word(value: object) -> str:
    """Return a value as short text: a name, a time of the month, or its parts."""
    if isinstance(value, datetime):
        return value.strftime("%dT%H:%M")
    if isinstance(value, Actor):
        return f"{value.id}/{value.role}"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {word(one)}" for key, one in value.items()) + "}"
    if isinstance(value, tuple | frozenset):
        listed = map(word, value)
        return "[" + ", ".join(sorted(listed) if isinstance(value, frozenset) else listed) + "]"
    if attrs.has(type(value)) and not hasattr(value, "name"):
        return " ".join(parts(value))
    return str(getattr(value, "name", value))


def parts(made: Any, *but: str) -> list[str]:
    """Return the attributes that differ from their default."""
    return [
        f"{field.name}={word(value)}"
        for field in attrs.fields(type(made))
        if field.name not in but
        and (value := getattr(made, field.name)) not in (field.default, None, "", (), {})
    ]


def lines(reading: Import[Any]) -> list[str]:
    """Return each event, each result of the tool and each finding of an import as a line."""
    written = []
    for record in reading:
        for event in record.history:
            own = parts(event, "id", "at", "by", "sequence", "record_id", "record_type")
            if event.recorded_at == event.at:
                own.remove(f"recorded_at={word(event.at)}")
            said = [record.id, word(event.at), word(event.by), event.kind, *own]
            written.append(" ".join(said))
        written += [" ".join([record.id, "reported", *parts(one)]) for one in reported_slas(record)]
    return [*written, *map(str, reading.findings)]


@pytest.mark.parametrize("name", CASES)
def test_each_line_of_a_whole_document(name: str) -> None:
    """The expected lines are read off the document and the tool's own description of it."""
    read, arguments, others = CASES[name]
    reading = getattr(vendors, read)(*arguments, **others)
    text = (FOLDER / "whole_tickets.txt").read_text(encoding="utf-8")
    expected = text.partition(f"[{name}]\n")[2].partition("\n\n")[0]
    assert "\n".join(lines(reading)) == expected.strip()
