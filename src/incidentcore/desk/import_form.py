"""Read and write how exports are imported, as defined in a desk file."""

from __future__ import annotations

from typing import Any, Final

from incidentcore.desk.forms import Form, Key, Table, simple, table_of, word
from incidentcore.desk.holiday_form import TEXT, TEXTS, ZONE
from incidentcore.desk.reading import Path, Reading
from incidentcore.desk.service import scale_of
from incidentcore.desk.when import need_lifecycles, states_of
from incidentcore.desk.words import one_of
from incidentcore.values.frozen import freeze


def _state_name(data: Any, reading: Reading, _: Path) -> str:
    states = states_of(reading.names["lifecycles"]["incident"])
    if data not in states:
        need_lifecycles(reading)
    return str(one_of(data, states, "a state of incidents: {}"))


_WORDS: Final = {"type": "string"}
_LEVELS: Final = table_of(
    Form(lambda data, r, path: one_of(data, scale_of(r.priority(), str(path[-2])).names), _WORDS)
)
_COLUMN: Final = simple("a column's name, or its place from 1", str, int)
_SHEET: Final = simple("a sheet's name, or its place from 1", str, int)
IMPORT: Final = Table(
    (
        Key("profile", TEXT, "The profile, as for the command line.", None),
        Key("map", table_of(_COLUMN), "The column of each field, including own fields.", None),
        Key("states", table_of(Form(_state_name, _WORDS)), "What the words for states mean.", None),
        Key(
            "levels",
            Table(
                (Key(name, _LEVELS, "", None) for name in ("priority", "impact", "urgency")),
                lambda **levels: {name: one for name, one in levels.items() if one is not None},
            ),
            "What the words for priority, impact and urgency mean.",
            None,
        ),
        Key("zone", Form(ZONE.read, _WORDS), "The zone of times that state none.", None),
        Key("times", TEXTS, "Formats as of strptime, or iso, epoch_s, epoch_ms, excel.", None),
        Key("delimiter", TEXT, "What separates the columns.", None),
        Key("encoding", TEXT, "The encoding of the file.", None),
        Key("sheet", _SHEET, "The sheet of a spreadsheet: its name, or its number.", None),
        Key("duplicates", word("refuse", "first", "last"), "Which row of an id is used.", None),
    ),
    lambda **found: freeze({name: one for name, one in found.items() if one is not None}),
)
