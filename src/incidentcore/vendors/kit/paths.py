"""Read values inside the plain data of a source by dotted path."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final, TypeAlias
from unicodedata import normalize

from incidentcore._checks import need_kind
from incidentcore.errors import FormatError, InvalidValueError

Json: TypeAlias = Mapping[str, Any]
"""An object of parsed JSON."""

Rows: TypeAlias = Json | Iterable[Json]
"""Parsed JSON: an object, a page of objects, or several of either."""

_NAMED: Final = frozenset(("id", "sys_id", "number", "key"))  # one of which a record has
_LONGEST: Final = 40  # digits of an id that is a number
_BITS: Final = 328  # 99 digits, which every file can hold


def pick(entry: object, path: str) -> Any:
    """Return the value at a dotted path of mappings; None if a step is absent or null.

    Raises:
        InvalidValueError: A value on the way is not a mapping.

    >>> from incidentcore.vendors.kit.paths import pick
    >>> pick({"fields": {"status": {"name": "Open"}}}, "fields.status.name")
    'Open'
    >>> pick({"fields": None}, "fields.status.name") is None
    True
    """
    value = entry
    for step in path.split("."):
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise InvalidValueError(path, value, f"an object with {step!r}")
        value = value.get(step)
    return value


def as_object(value: object) -> Json:
    """Return the value if it is a mapping (a JSON object); otherwise an empty mapping."""
    return value if isinstance(value, Mapping) else {}


def entries_of(entry: object, path: str) -> Iterator[Json]:
    """Yield the objects of the list at a path; nothing if the path has no value.

    Raises:
        InvalidValueError: The value is not a list, or an element is not an object.
    """
    values = pick(entry, path)
    if values is None:
        return
    need_kind(path, values, (list, tuple), allowed="a list of objects")
    for place, value in enumerate(values):
        if not isinstance(value, Mapping):
            raise InvalidValueError(f"{path}[{place}]", value, "an object")
        yield value


def listed(entry: object, name: str) -> list[Any]:
    """Return the objects of a list in an object; nothing in place of anything else."""
    values = as_object(entry).get(name)
    return [one for one in values if as_object(one)] if isinstance(values, (list, tuple)) else []


def reader_of(key: str | Callable[[Any], object]) -> Callable[[Any], object]:
    """Return a function that reads the value at a dotted path; a function is returned as it is."""
    return key if callable(key) else lambda entry: pick(entry, key)


CUT: Final = "\0cut"
"""The marker in place of a missing page of a source."""

_NEXT: Final = ("more", "next", "next_page", "nextPageToken", "@odata.nextLink")
_LAST: Final = ("isLast", "isLastPage")
_STARTS: Final = ("startAt", "offset")
_TOTALS: Final = ("total", "total_count", "totalCount", "totalcount")
MORE: Final = "a page says that there is more; page the rest"
_PAGES: Final = (
    *("result", "results", "records", "tickets", "issues", "incidents", "rows", "data", "value"),
    *("values", "items"),
)
"""The names under which the pages of well-known tools have their objects."""


def rows_of(page: Json) -> list[Any]:
    """Return the objects of a page of JSON, or of one object by itself or under one name.

    If the page announces another one, ``CUT`` is the last.
    """
    while len(page) == 1 and isinstance(only := next(iter(page.values())), Mapping):
        page = only
    name = next((key for key in _PAGES if type(page.get(key)) is list), None)
    if not _NAMED.isdisjoint(page):  # a record, unless its list has objects
        name = name if name is not None and any(map(as_object, page[name])) else None
    elif name is None and not any(map(_is_word, page.values())):
        lists = {key: value for key, value in page.items() if isinstance(value, list)}
        several = [key for key in lists if any(map(as_object, lists[key]))]
        name = several[0] if len(several) == 1 else None
    if name is None:
        return [page]
    return [*page[name], *((CUT,) if _goes_on(page, len(page[name])) else ())]


def _is_word(value: object) -> bool:
    """Return whether a value is a text, but no link, and so of a record rather than of a page."""
    return isinstance(value, str) and not value.startswith(("/", "http://", "https://"))


def flat(source: Iterable[Any]) -> Iterator[Any]:
    """Yield the objects of a list, in which pages may be lists of objects."""
    for entry in source:
        if isinstance(entry, list) and all(map(as_object, entry)):
            yield from entry
        else:
            yield entry


def unpaged(source: object, *keys: str) -> Iterator[Any]:
    """Yield the objects of a source: an object, a page, a list of either, or a list of lists.

    If a page announces a next page that the source lacks, ``CUT`` is yielded in its place.

    Args:
        source: The plain data, or an iterable of it.
        keys: The name or names under which a page may have its objects.

    Raises:
        FormatError: The source is not an object, a page, or several of these.

    >>> from incidentcore.vendors.kit.paths import unpaged
    >>> (
    ...     list(unpaged([{"issues": [1, 2]}, {"issues": [3]}], "issues")),
    ...     list(unpaged({"id": 7}, "x")),
    ... )
    ([1, 2, 3], [{'id': 7}])
    """
    if isinstance(source, Mapping):
        source = (source,)
    if not isinstance(source, Iterable) or type(source) in (str, bytes):
        given = type(source).__name__
        raise FormatError(f"got {given}; allowed: the parsed JSON of records or pages @ source")
    goes_on, begun, seen, furthest = False, False, 0, 0
    for entry in flat(source):
        found = [as_object(entry).get(key) for key in keys]
        page: Any = next((one for one in found if type(one) in (list, tuple)), None)
        if page is None and keys and _NAMED.isdisjoint(as_object(entry)):
            page = [one for one in found if isinstance(one, Mapping)]  # of one record
            lists = (one for key in _PAGES if type(one := as_object(entry).get(key)) is list)
            page = page or next(lists, None)  # of a search, or written by another program
        if page is None:
            yield entry
            continue
        start = _start(entry)
        is_first = start == 0 or entry.get("previous_page", 0) is None
        if is_first and (begun or start is None):  # of another question
            yield from (CUT,) * goes_on
            goes_on, seen, furthest = False, 0, 0
        begun = begun or is_first
        yield from page
        if start is None or start >= furthest:  # pages may come in any order
            goes_on, furthest = _goes_on(entry, len(page), seen), start or 0
        seen = seen + len(page) if goes_on else 0
    if goes_on:
        yield CUT


def _start(page: Json) -> int | None:
    return next((page[name] for name in _STARTS if type(page.get(name)) is int), None)


def _goes_on(page: Json, count: int, seen: int = 0) -> bool:
    """Return whether a page of ``count`` objects, after ``seen`` ones, says that more follow."""
    if "end_of_stream" in page:  # with it, next_page is where the next export begins
        return page["end_of_stream"] is False
    if any(page.get(name) for name in _NEXT):
        return True
    if any(page.get(name) is False for name in _LAST):
        return True
    meta, paging, info = (as_object(page.get(name)) for name in ("meta", "paging", "page_info"))
    if meta.get("has_more") is True or paging.get("next"):
        return True
    if any(page.get(name) is True for name in _LAST):
        return False
    end, total = info.get("end_index"), info.get("last_index")
    if type(end) is not int:
        end = (seen if (start := _start(page)) is None else start) + count
        total = next((page[name] for name in _TOTALS if type(page.get(name)) is int), 0)
    return type(total) is int and end < total


def latest(
    entries: Iterable[Any],
    key: str | Callable[[Any], object] = "id",
    updated: str | Callable[[Any], object] = "updated_at",
) -> list[Any]:
    """Return the entries of one id once, as last updated.

    Entries without a time, and different ones of one time, are all returned; but one that another
    contains, as a row with fewer columns, is not.
    """
    key_of, time_of = reader_of(key), reader_of(updated)
    places: dict[str, tuple[int, str]] = {}
    kept: list[Any] = []
    for entry in entries:
        shown = as_object(entry)
        known, at = str(key_of(shown) or ""), in_utc(time_of(shown))
        place, before = places.get(known, (len(kept), ""))
        is_same = place < len(kept) and before == at
        if place == len(kept) or not at or (is_same and not _is_nested(kept[place], entry)):
            kept.append(entry)
        elif before < at or (is_same and len(kept[place]) < len(entry)):
            kept[place] = entry
        if known and before < at:
            places[known] = (place, at)
    return kept


def _is_nested(one: Json, other: Json) -> bool:
    """Return whether one of two objects has all items of the other."""
    small, large = sorted((one, other), key=len)
    return all(name in large and large[name] == value for name, value in small.items())


def in_utc(time: object) -> str:
    """Return the text of an ISO time in UTC, and any other text unchanged; for comparisons."""
    text = str(time or "")
    try:
        at = datetime.fromisoformat(text)
        at = at.replace(tzinfo=at.tzinfo or UTC)
        return at.astimezone(UTC).isoformat(timespec="microseconds")
    except (ValueError, OverflowError):
        return text


def joined(
    source: object, key: str | Callable[[Json], object], *pages: str
) -> dict[str, list[Json]]:
    """Return the entries of a source, grouped by the id of the record that they belong to.

    Entries that name no record, or are not objects, are under an empty id.

    Args:
        source: The source, as for ``unpaged``.
        key: The dotted path of the record's id, or a function that returns it.
        pages: The names under which a page may have its objects.

    >>> from incidentcore.vendors.kit.paths import joined
    >>> joined({"audits": [{"id": 1, "ticket": 7}, {"id": 2, "ticket": 7}]}, "ticket", "audits")
    {'7': [{'id': 1, 'ticket': 7}, {'id': 2, 'ticket': 7}]}
    """
    own: defaultdict[str, list[Json]] = defaultdict(list)
    owner_of = reader_of(key)
    for entry in unpaged(source, *pages):
        owner = owner_of(entry) if isinstance(entry, Mapping) else None
        own[id_text(owner)].append(entry)
    return dict(own)


def id_text(value: object) -> str:
    """Return an id as text; one that is neither a text nor a number is found where it is read."""
    try:
        return plain_text(value) or ""
    except InvalidValueError:
        return str(value)


def plain_text(value: object) -> str | None:
    """Return text without surrounding spaces, or a number, date or UUID as text; None if empty.

    Whole numbers that a data frame converted to floats, such as ``123.0``, become whole again.

    Raises:
        InvalidValueError: The value is of none of these types.
    """
    match value:
        case str():
            return _characters(value).strip() or None
        case None:
            return None
        case float():
            whole = int(value) if value.is_integer() else value
            return str(whole) if math.isfinite(value) else None
        case int() | date():
            return str(value)
        case Decimal() if value.is_finite():
            if value == int(value):
                return str(int(value))
            text = str(value)
            return text if "E" in text else text.rstrip("0")  # 1.10 is the number 1.1
    if type(value).__module__ == "uuid":
        return str(value)
    raise InvalidValueError("text", value, "a text or a number")


def whole_number(text: str) -> int | None:
    """Return a string of digits as a number; None for any other string."""
    return int(text) if len(text) < 10 and text.isascii() and text.isdecimal() else None


def is_missing(value: object) -> bool:
    """Return whether a cell is empty: None, not-a-number, not-a-time or the NA of pandas."""
    try:
        return value is None or bool(value != value)  # noqa: PLR0124
    except (TypeError, ValueError):  # an NA and an array have no truth value
        return type(value).__name__ == "NAType"


def composed(text: str) -> str:
    """Return text with each letter as one character, whose accent some systems write behind it."""
    return text if text.isascii() else normalize("NFC", text)


def _characters(text: str) -> str:
    """Return text without half surrogate pairs, which no file can hold."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def clean(value: object) -> object:
    """Return a value as plain data that can be stored: NaN becomes None, other types text."""
    match value:
        case int() if value.bit_length() > _BITS:
            return hex(value)  # no file holds such a number
        case None | int() | datetime():
            return value
        case float():
            return value if math.isfinite(value) else None
        case Mapping():
            return {_characters(str(key)): clean(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [clean(item) for item in value]
        case date():
            return value.isoformat()
    return _characters(str(value))


def natural(entry_id: str) -> int:
    """Return a number that sorts ids of entries: ``comment-9`` comes before ids that are numbers.

    An id of any other form has the number 0.
    """
    word, _, number = entry_id.rpartition("-")
    if not number.isdecimal() or len(number) >= _LONGEST:
        return 0
    return int(number) - (10**_LONGEST if word else 0)
