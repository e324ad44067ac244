"""Every shipped lifecycle and cascade in full, against a table that people can read.

After a deliberate change, write the table again and read the difference before committing it:
``python -m tests.lifecycle.test_tables``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs

from incidentcore import lifecycle
from incidentcore.conditions import Condition
from incidentcore.lifecycle import CascadeRule, Transition

from .shipped import MAJOR, SHIPPED

TABLE = Path(__file__).with_name("tables.txt")
RULES = [
    (name, rule)
    for name in sorted(lifecycle.__all__)
    if isinstance(value := getattr(lifecycle, name), tuple)
    for rule in value
    if isinstance(rule, CascadeRule)
]


def more(value: Any, *left_out: str) -> str:
    """Return the attributes of a value that are not as by default."""
    parts = []
    for field in attrs.fields(type(value)):
        own = getattr(value, field.name)
        if not field.init or field.name in left_out or callable(own):
            continue
        if own != field.default and own not in ("", (), None, frozenset()):
            words = (
                [str(part) for part in own] if isinstance(own, tuple | frozenset) else [str(own)]
            )
            parts.append(f"{field.name} {', '.join(words)}")
    return "; ".join(parts)


def lines() -> Iterator[str]:
    """Return a line for each lifecycle, state, transition and rule."""
    for one in (*SHIPPED, *MAJOR):
        yield f"{one.id}, a lifecycle of {one.record_type} that begins as {one.initial}"
        yield from (f"  state {state}: {more(state, 'name')}" for state in one.states)
        yield from (f"  {written(row)}" for row in one.transitions)
    for name, rule in RULES:
        yield f"{name}: {more(rule)}"


def written(row: Transition) -> str:
    """Return an action, from where to where, and what it needs."""
    way = f"{row.action}: {', '.join(map(str, row.sources))} -> {row.target}"
    asked = str(row.guard) if isinstance(row.guard, Condition) else getattr(row.guard, "id", "")
    names = " = ".join(filter(None, (row.guard_name, asked)))
    guard = "" if row.guard is None else f"; guard {names}"
    own = more(row, "action", "sources", "target", "guard", "guard_name")
    return f"{way}{guard}{'; ' if own else ''}{own}"


def test_each_table_is_as_it_is_written_down() -> None:
    """States with their flags, transitions with fields and guards, and each rule of a cascade."""
    assert len(SHIPPED) > 10
    assert len(RULES) > 10
    assert list(lines()) == TABLE.read_text(encoding="utf-8").splitlines()


if __name__ == "__main__":
    TABLE.write_text("\n".join(lines()) + "\n", encoding="utf-8")
