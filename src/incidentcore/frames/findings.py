"""Report rows that are left out, and texts for states or levels that are unknown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import narwhals.stable.v2 as nw
import numpy as np

from incidentcore.errors import InvalidValueError
from incidentcore.frames.native import codes_of
from incidentcore.frames.plan import Plan
from incidentcore.vendors.kit import ImportFinding, plain_text
from incidentcore.vendors.kit.findings import OF_WORDS
from incidentcore.vendors.kit.paths import is_missing

_NAMED: Final = 5
_EXAMPLES: Final = 100
_SPACES: Final = "".join(c for c in map(chr, range(0x3001)) if c.isspace())  # for any library
_REPEATED: Final = "row left out: the first row of this id is used"
_TEXTS: Final = (nw.String, nw.Categorical, nw.Enum)
_OTHERS: Final = (nw.Boolean, nw.Date, nw.Datetime)  # whose texts are ids too
_LEFT_OUT: Final = {
    "malformed_record": "a cell in them is neither a text nor a number",
    "duplicate_id": "their id has a row already",
    "missing_time": "they lack an opening",
}


def first_rows(
    frame: nw.DataFrame[Any], fields: Mapping[str, str], plan: Plan
) -> nw.DataFrame[Any]:
    """Return the rows of each id up to its first one with an opening, and all without an id.

    Rows whose id is neither a text nor a number are left out, as ``read_table`` leaves them out.
    """
    column = fields["id"]
    frame = _with_ids(frame, column, plan)
    ids = _texts(frame[column])
    if (ids.is_first_distinct() | ids.is_null()).all():
        return frame
    places, seen = codes_of(ids)
    rows = np.arange(len(places))
    last = np.full(len(seen), len(rows))  # the row of each id after which the others are left out
    opened = ~frame[fields["opened"]].is_null().to_numpy()
    np.minimum.at(last, places[opened], rows[opened])
    empty = {None, "", *plan.reading["missing"]}
    last[[value in empty for value in seen]] = len(rows)
    first = nw.new_series(column, rows <= last[places], backend=nw.get_native_namespace(frame))
    repeated = ids.filter(~first)
    named = repeated.head(_EXAMPLES).to_list()
    more = len(repeated) - len(named)
    for value, count in [*((value, 1) for value in named), *([("", more)] if more else [])]:
        plan.findings.add("duplicate_id", _REPEATED, field=column, value=value, count=count)
    return frame.filter(first)


def _with_ids(frame: nw.DataFrame[Any], column: str, plan: Plan) -> nw.DataFrame[Any]:
    """Return the rows whose id can be read, with a text for an id of an unusual type."""
    ids = frame[column]
    if ids.dtype in _TEXTS or ids.dtype in _OTHERS or ids.dtype.is_numeric():
        return frame
    texts: list[str | None] = []
    wrong: dict[int, InvalidValueError] = {}
    for row, value in enumerate(ids.to_list()):  # texts and numbers, or numbers of several types
        try:
            texts.append(None if is_missing(value) else plain_text(value))
        except InvalidValueError as error:
            texts.append(None)
            wrong[row] = error
    space = nw.get_native_namespace(frame)
    frame = frame.with_columns(nw.new_series(column, texts, nw.String, backend=space))
    if not wrong:
        return frame
    action = f"row left out: {next(iter(wrong.values()))}"
    plan.findings.add("malformed_record", action, field=column, count=len(wrong))
    read = [row not in wrong for row in range(len(texts))]
    return frame.filter(nw.new_series(column, read, backend=space))


def _texts(ids: nw.Series[Any]) -> nw.Series[Any]:
    """Return ids that may be texts as ``read_table`` reads them: without spaces around them."""
    # A text is not cast: pandas 2 makes "None" of None in it.
    texts = ids.cast(nw.String) if ids.dtype in (nw.Categorical, nw.Enum) else ids
    return texts.str.strip_chars(_SPACES) if texts.dtype == nw.String else ids


def warning(listed: Sequence[ImportFinding]) -> str:
    """Return a warning that names some of the unknown texts, and counts rows that are left out."""
    words = [one for one in listed if one.code in OF_WORDS]
    names = [f"{one.field} {one.value!r} ({one.action})" for one in words[:_NAMED]]
    more = f" and {len(words) - _NAMED} more" if len(words) > _NAMED else ""
    parts = []
    if words:
        parts.append(
            f"words that are not known: {'; '.join(names)}{more}. Say what they mean with states= "
            "or levels="
        )
    counts = {code: sum(one.count for one in listed if one.code == code) for code in _LEFT_OUT}
    left_out = [f"{_LEFT_OUT[code]} ({code} {count:,})" for code, count in counts.items() if count]
    if left_out:
        parts.append(f"rows left out: {', '.join(left_out)}")
    return f"{'; '.join(parts)}, or list them with findings="
