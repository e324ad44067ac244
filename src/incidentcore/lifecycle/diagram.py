"""Diagrams of lifecycles as text, generated from the tables (rule L1)."""

from __future__ import annotations

from incidentcore._checks import need_kind
from incidentcore.lifecycle.definition import LifecycleTable
from incidentcore.lifecycle.transition import Transition
from incidentcore.values import State


def _label(row: Transition) -> str:
    """Return the label of an arrow: the action, the fields it needs, and its guard."""
    label = row.action
    if row.required:
        label += f" ({', '.join(row.required)})"
    if row.guard is not None:
        label += f" [{row.guard_name}]"
    return label


def _arrows(lifecycle: LifecycleTable) -> list[tuple[str, str, str]]:
    """Return (source, target, label) for every arrow, those between the same states as one."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in lifecycle.transitions:
        for source in row.sources:
            found.setdefault((source, row.target.name), []).append(_label(row))
    return [(source, target, ", ".join(labels)) for (source, target), labels in found.items()]


def to_mermaid(lifecycle: LifecycleTable, /) -> str:
    """Return a lifecycle as the text of a Mermaid state diagram.

    >>> from incidentcore.lifecycle import to_mermaid
    >>> from incidentcore.lifecycle.standard import INCIDENT
    >>> to_mermaid(INCIDENT).splitlines()[8:10]
    ['    s0 --> s1: start', '    s0 --> s2: hold (reason)']
    """
    need_kind("lifecycle", lifecycle, LifecycleTable)
    ids = {state.name: f"s{index}" for index, state in enumerate(lifecycle.states)}
    lines = ["stateDiagram-v2"]
    lines += [f"    {ids[state.name]}: {_plain(state.name)}" for state in lifecycle.states]
    lines.append(f"    [*] --> {ids[lifecycle.initial.name]}")
    lines += [
        f"    {ids[source]} --> {ids[target]}: {_plain(label)}"
        for source, target, label in _arrows(lifecycle)
    ]
    lines += [f"    {ids[state.name]} --> [*]" for state in lifecycle.states if state.final]
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    """Return text without what ends or steers a label in Mermaid, or its block in Markdown."""
    text = " ".join(text.replace(";", ",").replace(":", " ").replace("`", "'").split())
    text = text.replace("%%", "% %").replace("~~~", "~ ~ ~")
    return text.replace("<", "#lt;").replace(">", "#gt;")


def to_dot(lifecycle: LifecycleTable, /) -> str:
    """Return a lifecycle as the text of a Graphviz graph.

    A dashed outline marks a state that pauses clocks, a double outline a final state, and a filled
    shape a resolved state.

    >>> from incidentcore.lifecycle import to_dot
    >>> from incidentcore.lifecycle.standard import INCIDENT
    >>> print(to_dot(INCIDENT).splitlines()[5])
      "on_hold" [style="rounded,dashed"];
    """
    need_kind("lifecycle", lifecycle, LifecycleTable)
    lines = [
        f"digraph {_quoted(lifecycle.id)} {{",
        "  rankdir=LR;",
        '  node [shape=box, style=rounded, fontname="sans-serif"];',
    ]
    lines += [f"  {_quoted(state.name)}{_look(state)};" for state in lifecycle.states]
    lines += ['  "" [shape=point];', f'  "" -> {_quoted(lifecycle.initial.name)};']
    lines += [
        f"  {_quoted(source)} -> {_quoted(target)} [label={_quoted(label)}];"
        for source, target, label in _arrows(lifecycle)
    ]
    return "\n".join([*lines, "}"]) + "\n"


def _look(state: State) -> str:
    looks = []
    if state.pauses:
        looks.append('style="rounded,dashed"')
    elif state.resolved:
        looks.append('style="rounded,filled"')
    if state.final:
        looks.append("peripheries=2")
    return f" [{', '.join(looks)}]" if looks else ""


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
