"""A small immutable mapping, since ``MappingProxyType`` can be neither hashed nor pickled."""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from collections.abc import Set as AbstractSet
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from math import isfinite
from numbers import Integral, Number
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from incidentcore.errors import InvalidValueError
from incidentcore.instants import as_utc

V_co = TypeVar("V_co", covariant=True)

# Most values are one of these; asking whether they are a Mapping or Set costs six times as much.
_ATOMS: Final = frozenset((bool, datetime, float, int, str, type(None)))
_SCALARS: Final = (str, int, type(None), date, time, timedelta, Decimal, Fraction, ZoneInfo)


# Of subclasses, such as a column's numbers, texts and times: what is equal is stored alike.
_PLAIN: Final[dict[type, Callable[[Any], object]]] = {
    str: str.__str__,
    float: float,
    Integral: int,
    datetime: lambda at: at if at.tzinfo is None else as_utc(at, "value"),
}


class FrozenMap(Mapping[str, V_co]):
    """An immutable mapping from text to values, which can be hashed and pickled.

    Keys are sorted, so equal maps are printed and serialized alike. Lists, sets and mappings in the
    values are frozen too.

    Raises:
        InvalidValueError: A key is not text.

    >>> from incidentcore.values import FrozenMap
    >>> customer = FrozenMap({"vip": True, "name": "Acme"})
    >>> customer["name"], customer.set(name="Globex")["name"]
    ('Acme', 'Globex')
    """

    __slots__ = ("_data", "_hash")

    _data: dict[str, V_co]
    _hash: int

    def __init__(self, entries: Mapping[str, V_co] | Iterable[tuple[str, V_co]] = ()) -> None:
        data: dict[str, V_co]
        if type(entries) is FrozenMap:
            data = entries._data  # noqa: SLF001  of this very class; never changes, so it is shared
        else:
            try:
                data = dict(entries)
            except (TypeError, ValueError):
                raise InvalidValueError(
                    "entries", entries, "a mapping, or pairs of a text and a value"
                ) from None
            data = _frozen_entries(data)
        object.__setattr__(self, "_data", data)

    @classmethod
    def of_frozen(cls, entries: dict[str, V_co]) -> FrozenMap[V_co]:
        """Return a map from entries whose keys are text and whose values are known to be immutable.

        Nothing is checked or frozen; use this only for entries that have already been checked.
        """
        if len(entries) > 1:
            entries = {key: entries[key] for key in sorted(entries)}
        return of_sorted(entries)

    def __getitem__(self, key: str) -> V_co:
        return self._data[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)

    def __contains__(self, key: object) -> bool:
        return key in self._data

    # The dict's own views: those of Mapping call back into Python for every entry.

    def keys(self) -> KeysView[str]:
        """Return a view of the keys, in sorted order."""
        return self._data.keys()

    def values(self) -> ValuesView[V_co]:
        """Return a view of the values, in the order of the keys."""
        return self._data.values()

    def items(self) -> ItemsView[str, V_co]:
        """Return a view of the entries, in the order of the keys."""
        return self._data.items()

    def __eq__(self, other: object) -> bool:
        if isinstance(other, FrozenMap):
            return self._data == other._data
        return NotImplemented

    def __hash__(self) -> int:
        try:
            return self._hash
        except AttributeError:  # not asked for before
            object.__setattr__(self, "_hash", hash(tuple(self._data.items())))
            return self._hash

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"FrozenMap is frozen: cannot set {name}")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"FrozenMap is frozen: cannot delete {name}")

    def __reduce__(self) -> tuple[object, ...]:
        return (FrozenMap, (self._data,))

    def __repr__(self) -> str:
        return f"FrozenMap({self._data!r})"

    def set(self, /, **entries: object) -> FrozenMap[object]:
        """Return a map in which the given entries are added or replaced."""
        return merged(self, FrozenMap(entries))


# A slot's own setter takes two thirds of the time that object.__setattr__ takes.
_new: Final = object.__new__
_put_data: Final[Callable[[object, object], None]] = FrozenMap.__dict__["_data"].__set__


def of_sorted(entries: dict[str, V_co]) -> FrozenMap[V_co]:
    """Return a map of entries that are known to be immutable and sorted by key."""
    frozen = _new(FrozenMap)
    _put_data(frozen, entries)
    return frozen


def as_map(entries: Mapping[str, object]) -> FrozenMap[object]:
    """Return a mapping as a ``FrozenMap``, unchanged if it is one; a converter of attributes."""
    return entries if isinstance(entries, FrozenMap) else FrozenMap(entries)


def merged(old: FrozenMap[object], new: FrozenMap[object]) -> FrozenMap[object]:
    """Return ``old`` with the entries of ``new`` added; they replace those with the same key."""
    before = entries_of(old)
    entries = {**before, **entries_of(new)}
    if len(entries) > len(before):
        entries = {key: entries[key] for key in sorted(entries)}
    return of_sorted(entries)


def entries_of(frozen: FrozenMap[V_co]) -> dict[str, V_co]:
    """Return a map's internal dict, which must not be changed; it copies faster than the map."""
    return frozen._data  # noqa: SLF001  of this very module


def _frozen_entries(data: dict[str, V_co]) -> dict[str, V_co]:
    """Return the entries in the order of their keys, with immutable values."""
    for key in data:
        if not isinstance(key, str):
            raise InvalidValueError("key", key, "text")
    if len(data) > 1:
        data = {key: data[key] for key in sorted(data)}
    for key, value in data.items():
        if type(value) not in _ATOMS:
            data[key] = freeze(value)  # type: ignore[assignment]  # the same value, immutable
    return data


def freeze(value: object) -> object:
    """Return plain data in immutable form: tuples, frozensets and ``FrozenMap`` objects."""
    kind = type(value)
    if kind in _ATOMS or isinstance(value, FrozenMap) or hasattr(kind, "__attrs_attrs__"):
        return value
    for base, plain in _PLAIN.items():
        if isinstance(value, base):
            return plain(value)
    if isinstance(value, Mapping):
        return FrozenMap(value)
    if isinstance(value, list) or (isinstance(value, tuple) and kind is tuple):
        return tuple(freeze(item) for item in value)  # a named tuple stays what it is
    if isinstance(value, AbstractSet):
        return frozenset(freeze(item) for item in value)
    return bytes(value) if isinstance(value, bytearray) else value


def as_written(value: object) -> object:
    """Return what a value of any type is compared by: 1, 1.0 and True make other ids (K1)."""
    kind = type(value)
    if kind in (tuple, frozenset):
        return kind(map(as_written, value))  # type: ignore[call-overload]  # one of the two
    if kind is FrozenMap:
        return kind, as_written(tuple(value.items()))  # type: ignore[attr-defined]
    return (kind, str(value)) if isinstance(value, (Number, time)) else value


def is_storable(value: object) -> bool:
    """Return whether a document can hold a frozen value; objects of attrs classes count as such."""
    kind = type(value)
    if kind in (tuple, frozenset):
        return all(map(is_storable, value))  # type: ignore[call-overload]  # one of the two
    if kind is FrozenMap:
        return all(map(is_storable, entries_of(value).values()))  # type: ignore[arg-type]
    if isinstance(value, float):
        return isfinite(value)
    if isinstance(value, datetime):
        return value.tzinfo is not None
    return isinstance(value, _SCALARS) or hasattr(kind, "__attrs_attrs__")
