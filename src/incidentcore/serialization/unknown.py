"""Classes for the parts of a document that this release does not know, so that none is lost."""

from __future__ import annotations

from typing import ClassVar, Final, Generic, TypeVar

import attrs

from incidentcore.errors import FormatError, InvalidValueError
from incidentcore.records import Event
from incidentcore.serialization.faults import Path
from incidentcore.serialization.limits import DEFAULT_LIMITS
from incidentcore.serialization.parse import parse
from incidentcore.serialization.registry import EVENTS, REGISTRY, TAG

T_co = TypeVar("T_co", covariant=True)

_EVENT_NAMES: Final = frozenset(REGISTRY.names[cls] for cls in EVENTS)
_TAKEN: Final = (TAG, *(field.name for field in attrs.fields(Event)))


@attrs.frozen(kw_only=True)
class UnknownEvent(Event):
    """An event of a kind that this release does not know, from a newer release or an extension.

    The event keeps its place in the history, changes no field, and is written back unchanged.

    Attributes:
        name: The name of the kind in the document.
        body: The attributes that only this kind of event has, as JSON text.
    """

    kind: ClassVar[str] = "unknown"

    name: str
    body: str = "{}"

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        if not isinstance(self.name, str) or not self.name or self.name in _EVENT_NAMES:
            raise InvalidValueError("name", self.name, "a name that no known kind of event has")
        try:
            body, refused = parse(self.body, DEFAULT_LIMITS)
        except FormatError as error:
            raise InvalidValueError("body", self.body, "an object as JSON text") from error
        is_text = isinstance(self.body, str) and not refused and isinstance(body, dict)
        if not is_text or not body.keys().isdisjoint(_TAKEN):
            allowed = f"an object as JSON text, without {', '.join(_TAKEN)}"
            raise InvalidValueError("body", self.body, allowed)


@attrs.frozen
class WithUnknownFields(Generic[T_co]):
    """A value together with the unknown fields of its document.

    ``dumps`` and ``to_plain`` write the fields back to their places, so that an older release can
    read and rewrite a newer release's document without losing anything.

    Attributes:
        value: The value that was read.
        unknown: For each unknown field, its path below the document's ``value``, and its JSON text.
    """

    value: T_co
    unknown: tuple[tuple[Path, str], ...] = ()
