"""Documents of findings and other results, which contain their English text besides the data.

The text is for readers without this library. It is ignored when a document is read, since it can be
made from the data again, in any language. Only the text of a lint finding is read, because the
table from which it was made is not in the document.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias, get_type_hints

import attrs

from incidentcore.lifecycle import Refused
from incidentcore.schedule import OpenReason
from incidentcore.sla import SlaSnapshot, SlaStatus
from incidentcore.sla.trace import Trace, TraceEntry
from incidentcore.values import LintFinding

Form: TypeAlias = tuple[type, Callable[[Any], Any], Callable[[Any], Any]]
"""The class by way of which another is written, and the functions there and back."""


def _with_text(cls: type, text: str, left_out: str = "") -> Form:
    """Return the form of a class that also has one of its properties, as text."""
    hints = get_type_hints(cls)
    fields: dict[str, Any] = {
        field.name: attrs.field(default=field.default, type=hints[field.name])
        for field in attrs.fields(cls)
        if field.name != left_out
    }
    fields_of_form = {**fields, text: attrs.field(default="", type=str)}
    form: Any = attrs.make_class(f"{cls.__name__}Form", fields_of_form, frozen=True, kw_only=True)

    def to_form(value: Any) -> Any:
        return form(**{name: getattr(value, name) for name in (*fields, text)})

    def from_form(value: Any) -> Any:
        more = {}
        if left_out:
            template = getattr(value, text).replace("{", "{{").replace("}", "}}")
            more = {left_out: {value.code: template}}
        return cls(**{name: getattr(value, name) for name in fields}, **more)

    return form, to_form, from_form


ANSWERS: Final[dict[type, Form]] = {
    LintFinding: _with_text(LintFinding, "message", left_out="texts"),
    OpenReason: _with_text(OpenReason, "text"),
    Refused: _with_text(Refused, "reason"),
    SlaStatus: (SlaSnapshot, SlaSnapshot.of, lambda snapshot: snapshot),
    Trace: _with_text(Trace, "summary"),
    TraceEntry: _with_text(TraceEntry, "text"),
}
