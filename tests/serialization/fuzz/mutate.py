"""New inputs from good ones: bytes cut, doubled and exchanged, and JSON changed value by value."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Sequence
from typing import Any

NASTY: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 1.0, 0.5, -0.0, 1e308, 2**53, 2**63, 10**99, -(10**98)),
    *("", " ", "x", "\x00", "é", "e\u0301", "\u202eabc", "👩‍💻", "a" * 300, "=1+1", "$", "$$"),
    *("PT0S", "-PT1H", "PT99999999999H", "2026-12-25", "16:00:00", "UTC", "Europe/Berlin", "1/3"),
    *("2026-12-23T16:40:00Z", "0002-01-01T00:00:00Z", "9998-12-31T23:59:59.999999Z", "0.10"),
    *("2026-10-25T02:30:00+01:00[Europe/Berlin]", "9998-12-31T23:59:59-23:59[Etc/GMT+12]"),
    *("mon-fri", "00:00-24:00", "22:00-06:00", "22:00-46:00", "FREQ=DAILY", "custom.x", "(a+)+$"),
    *([], {}, [None], [[]], {"": 1}, {"$set": []}, {"$tuple": 1}, {"$date": "2026-01-01"}),
    *({"$Actor": {"id": "x"}}, {"$type": "Not"}, {"$type": "FieldTest", "path": "a"}, "$set"),
)
_NAMES = [value for value in NASTY if isinstance(value, str)]


def mutate_bytes(
    data: bytes, others: Sequence[bytes], words: Sequence[bytes], draw: random.Random
) -> bytes:
    """Return an input a few steps away from another."""
    found = bytearray(data)
    for _ in range(min(1 + int(draw.expovariate(0.7)), 8)):
        place = draw.randint(0, len(found))
        end = min(len(found), place + int(draw.expovariate(1 / 12)) + 1)
        kind = draw.randrange(8)
        if kind == 0 and found:
            found[place % len(found)] = draw.randrange(256)
        elif kind == 1:
            del found[place:end]
        elif kind == 2:
            found[place:end] = draw.choice(words)
        elif kind == 3:
            found[place:place] = draw.choice(words)
        elif kind == 4:
            found[place:place] = found[place:end] * draw.choice((1, 2, 100))
        elif kind == 5:
            other = draw.choice(others)
            start = draw.randint(0, len(other))
            found[place:end] = other[start : start + end - place]
        elif kind == 6:
            other = draw.choice(others)
            found[place:] = other[draw.randint(0, len(other)) :]
        elif found:
            found[place % len(found)] ^= 1 << draw.randrange(8)
    return bytes(found[:100_000])


def mutate_json(data: bytes, others: Sequence[bytes], draw: random.Random) -> bytes | None:
    """Return a document with some of its values exchanged; None where the input is no JSON."""
    try:
        document = json.loads(data)
        other = json.loads(draw.choice(others))
    except (ValueError, RecursionError):
        return None
    box = [document]
    for _ in range(draw.randint(1, 3)):
        places = list(_places(box))
        holder, key = draw.choice(places)
        kind = draw.randrange(6)
        if kind == 0:
            holder[key] = copy.deepcopy(draw.choice(NASTY))
        elif kind == 1:
            taken, name = draw.choice(list(_places([other])))
            holder[key] = copy.deepcopy(taken[name])
        elif kind == 2 and holder is not box:
            del holder[key]
        elif kind == 3 and isinstance(holder, dict):
            holder[draw.choice([*_NAMES, "type", "value"])] = copy.deepcopy(holder[key])
        elif kind == 4 and isinstance(holder, list) and holder is not box:
            holder.insert(key, copy.deepcopy(holder[key]))
        else:
            taken, name = draw.choice(places)
            holder[key] = copy.deepcopy(taken[name])  # lest it hold itself
    return json.dumps(box[0], ensure_ascii=draw.random() < 0.5).encode("utf-8", "surrogatepass")


def _places(box: Any) -> Any:
    """Yield the holder and key of each value below."""
    stack = [box]
    while stack:
        holder = stack.pop()
        for key, inner in list(holder.items() if isinstance(holder, dict) else enumerate(holder)):
            yield holder, key
            if isinstance(inner, (dict, list)):
                stack.append(inner)
