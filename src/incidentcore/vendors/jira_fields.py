"""Read the fields of Jira's issues: documents as text, custom fields by their names, and links."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from incidentcore.records import Link
from incidentcore.vendors.kit import as_object, entries_of, pick
from incidentcore.vendors.kit.paths import Json

_LINKS: Final = {
    "duplicates": "duplicate_of",
    "is duplicated by": "has_duplicate",
    "is caused by": "caused_by",
    "causes": "cause_of",
    "relates to": "related_to",
    "is a child of": "child_of",
    "is a parent of": "parent_of",
}


def names_of(issues: object) -> dict[str, str]:
    """Return the names of custom fields, which ``expand=names`` puts beside the issues."""
    pages = issues if isinstance(issues, (list, tuple)) else (issues,)
    named = (as_object(as_object(page).get("names")) for page in pages)
    return {k: str(n) for one in named for k, n in one.items() if k.startswith("customfield_")}


def own_fields(fields: Json, names: Mapping[str, str]) -> dict[str, object]:
    """Return the custom fields that have a name and a value, except SLA fields."""
    shown = {f"custom.{name}": _plain(fields.get(key)) for key, name in names.items()}
    return {name: value for name, value in shown.items() if value not in (None, "", [])}


def _plain(value: Any) -> object:
    """Return the value of a custom field, which an option, a person or a list of either shows."""
    if isinstance(value, list):
        return [shown for one in value if (shown := _plain(one)) is not None]
    if not isinstance(value, Mapping):
        return value
    is_sla = not {"completedCycles", "ongoingCycle"}.isdisjoint(value)
    shown = (value.get(name) for name in ("value", "displayName", "name"))
    return None if is_sla else next((one for one in shown if one is not None), None)


def link_of(words: object, target: object) -> Link:
    """Return a link by the words that Jira has for its direction; other words are a custom type."""
    return Link(_LINKS.get(str(words).casefold(), f"custom.{words or 'link'}"), str(target))


def text_of(body: Any) -> str | None:
    """Return a text; of the document format of version 3, its texts with a line for each block."""
    if not isinstance(body, Mapping):
        return body if isinstance(body, str) else None
    return "\n".join(line for line in _lines(body) if line)


def _lines(node: Json) -> Iterator[str]:
    parts: list[str] = []
    for child in entries_of(node, "content"):
        if "content" in child:
            yield from _lines(child)
        else:  # of a card, its address
            text = child.get("text") or pick(child, "attrs.text") or pick(child, "attrs.url")
            parts.append(str(text or ("\n" if child.get("type") == "hardBreak" else "")))
    yield "".join(parts)
