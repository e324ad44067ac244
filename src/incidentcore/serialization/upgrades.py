"""Upgrade documents of older releases, by a function from each version to the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from incidentcore.categorization import written as categorization
from incidentcore.errors import FormatError
from incidentcore.kpi import written as kpi
from incidentcore.lifecycle import written as lifecycle
from incidentcore.priority import written as priority
from incidentcore.records import written as records
from incidentcore.serialization.faults import Mismatch

FORMAT_VERSION: Final = 1

Merge: TypeAlias = Callable[[dict[str, Any]], tuple[str, dict[str, Any]]]
"""From the fields of a kind to the name and fields of the kind that it became part of."""

Upgrader: TypeAlias = Callable[[str, Any], tuple[str, Any]]

# From version n to n + 1, by n: a pure function of a document's type and value to the newer type
# and value. Version 1 is the first, so there is nothing to do yet. A step is never changed once it
# was released, since documents of its version exist; golden files in the tests hold it to that.
UPGRADERS: Final[Mapping[int, Upgrader]] = {}

_CODES: Final = {"no rule applies": "no_rule_applies", "timed anew": "retimed"}


def plain_names(name: str, value: Any) -> tuple[str, Any]:
    """Return the class name and fields of an object of version 1, with its names replaced."""
    if name not in RENAMED or not isinstance(value, dict):
        return name, value
    value = dict(value)
    if isinstance(value.get("lapsed_because"), str):
        code = value["lapsed_because"]
        value["lapsed_because"] = _CODES.get(code, code.replace(" ", "_"))
    if "told_at" in value:
        value["listed_at"] = value.pop("told_at")
    if "why" in value:
        value |= {"why_code": "text", "why_data": {"text": value.pop("why")}}
    return name, value


RENAMED: Final = frozenset(("Escalation", "MissedUpdate", "StakeholderUpdate"))


def upgrade(
    name: str,
    version: int,
    value: Any,
    *,
    to: int = FORMAT_VERSION,
    steps: Mapping[int, Upgrader] = UPGRADERS,
) -> tuple[str, Any]:
    """Convert a document's value to a later version of the format, one version at a time.

    ``steps`` has, for each version, the function that converts a type and value to the next one.

    Raises:
        FormatError: The document's version is later than ``to``, or ``steps`` lacks a function for
            a version in between.

    >>> from incidentcore.serialization.upgrades import upgrade
    >>> upgrade("Ticket", 1, {"prio": 1}, to=2, steps={1: lambda name, value: ("Incident", value)})
    ('Incident', {'prio': 1})
    """
    if version > to:
        raise FormatError(f"version {version} is newer than this release reads; allowed: 1 to {to}")
    for step in range(version, to):
        if step not in steps:
            raise FormatError(f"version {version} cannot be upgraded to {to}")
        name, value = steps[step](name, value)
    if version == 1 and to == FORMAT_VERSION:
        return plain_names(name, value)
    return name, value


# Kinds that became part of another kind, by their names in documents; their rooms list them. Their
# names are never given to another kind.
MERGED: Final[Mapping[str, Merge]] = {
    **categorization.MERGED,
    **kpi.MERGED,
    **lifecycle.MERGED,
    **priority.MERGED,
    **records.MERGED,
}


def merged(name: str, fields: Any) -> tuple[str, Any]:
    """Return the class that replaced a class, and its fields; other classes are returned unchanged.

    Raises:
        Mismatch: The fields are not those of the old class.
    """
    if name not in MERGED or type(fields) is not dict:
        return name, fields
    try:
        return MERGED[name](fields)
    except (AttributeError, KeyError, TypeError) as error:
        raise Mismatch(f"not the fields of {name}: {error}") from None
