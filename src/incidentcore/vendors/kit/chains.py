"""The order of changes to one field at one instant."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Final

from incidentcore.vendors.kit.entries import UNSTATED, Entry

_LONGEST: Final = 100


def chain(entries: list[Entry], places: range, values: Mapping[str, object]) -> None:
    """Order the changes of one instant, so that each begins where the last one ended."""
    by_field: dict[str, list[int]] = {}
    for place in places:
        if entries[place].field:
            by_field.setdefault(entries[place].field, []).append(place)
    for field, own in by_field.items():
        rest = [entries[place] for place in own]
        if not 1 < len(rest) <= _LONGEST:
            continue
        value = values.get(field, UNSTATED)
        if all(two.before in (one.after, UNSTATED) for one, two in pairwise(rest)):
            continue
        for place in own:
            following = [one for one in rest if one.before == value]
            if not following:
                afters = [one.after for one in rest]
                following = [one for one in rest if one.before not in afters] or rest
            entries[place] = following[0]
            rest.remove(following[0])
            value = following[0].after
