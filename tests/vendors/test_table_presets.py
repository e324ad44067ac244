"""Every word of every preset, against a table of what the tools document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from incidentcore.lifecycle import Lifecycle, tools
from incidentcore.values import State
from incidentcore.vendors import presets
from incidentcore.vendors.kit import LevelTable, Roles, StateTable, Times
from incidentcore.vendors.servicenow_states import AUDIT_LIFECYCLE, AUDIT_STATES, STRICT_LIFECYCLE
from incidentcore.vendors.table_presets import TABLE_PRESETS

TABLE = Path(__file__).with_name("preset_words.txt")
NAMED: dict[str, Any] = {
    name: one
    for name, one in (vars(tools) | vars(presets)).items()
    if name[0] != "_" and name.isupper()
}
OWN = {
    **{next(name for name, tool in NAMED.items() if tool is one): one for one in tools.TOOLS},
    **{name: one for name, one in NAMED.items() if isinstance(one, StateTable | LevelTable | dict)},
}
LOGS = {
    "AUDIT_STATES": AUDIT_STATES,
    "AUDIT_LIFECYCLE": AUDIT_LIFECYCLE,
    "STRICT_LIFECYCLE": STRICT_LIFECYCLE,
}


def flags(state: State) -> str:
    """Return the name of a state, and what it is."""
    return " ".join(
        [state.name, *(f for f in ("open", "pauses", "resolved", "final") if getattr(state, f))]
    )


def lines(made: Any) -> Iterator[str]:
    """Return a line for each word of a preset and what it means."""
    match made:
        case StateTable():
            yield from (f"{word} = {flags(state)}" for word, state in made.states.items())
            yield from (f"category {word} = {flags(s)}" for word, s in made.by_category.items())
            yield f"unknown: {made.unknown}"
        case LevelTable():
            for kind in ("priority", "impact", "urgency"):
                for word, level in getattr(made, kind).items():
                    yield f"{kind} {word} = {level.name}"
        case Lifecycle():
            yield f"{made.id} of {made.record_type}, {made.initial.name}"
            yield from map(flags, made.states)
            for move in made.transitions:
                froms = ", ".join(move.sources)
                yield f"{move.action}: {froms} -> {move.target}"
        case Times():
            yield f"times: {made.zone} {' '.join(made.formats)} {made.epoch} {made.day_first}"
        case Roles():
            yield f"systems: {' '.join(sorted(made.systems))}"
        case State():
            yield flags(made)
        case tuple():
            for one in made:
                yield from lines(one)
        case Mapping():
            for name, value in made.items():
                if name in ("states", "levels", "lifecycle"):  # written under their own names
                    names = (n for n, preset in NAMED.items() if preset is value)
                    yield f"{name}: {next(names, getattr(value, 'id', '?'))}"
                elif isinstance(value, Times | Roles | Mapping):
                    yield from (f"{name}: {line}" for line in lines(value))
                else:
                    yield f"{name}: {value}"
        case _:
            yield str(made)


def written() -> str:
    """Return the presets as the table has them."""
    return "\n\n".join(
        "\n".join([f"[{name}]", *lines(preset)])
        for name, preset in {**OWN, **LOGS, **TABLE_PRESETS}.items()
    )


def test_each_word_means_what_the_tool_documents() -> None:
    assert written() == TABLE.read_text(encoding="utf-8").strip()
