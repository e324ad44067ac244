"""Write and read documents as plain data, and return their JSON Schema."""

from __future__ import annotations

from typing import Any, TypeVar

from incidentcore.serialization.codec import CODEC
from incidentcore.serialization.limits import DEFAULT_LIMITS, Limits
from incidentcore.serialization.schema import REF_TEMPLATE, View
from incidentcore.serialization.unknown import WithUnknownFields

T = TypeVar("T")


def to_plain(value: object, /, *, view: View = "document") -> dict[str, Any]:
    """Return a value's document as plain data; ``dumps`` returns it as text.

    Args:
        value: A value, as for ``dumps``.
        view: ``"document"``, which ``from_plain`` reads; or ``"state"`` for the present state of a
            record, with an entry for each field, ``record_type`` and ``version``. A state cannot be
            read back.

    Raises:
        InvalidValueError: The value cannot be written, as for ``dumps``; or ``view`` is ``"state"``
            and the value is not a record.

    >>> from datetime import UTC, datetime, timedelta
    >>> from incidentcore.records import Incident
    >>> from incidentcore.serialization import to_plain
    >>> at = datetime(2026, 6, 1, 9, tzinfo=UTC)
    >>> state = to_plain(Incident.open(id="INC-1", title="x", by="kim", at=at), view="state")
    >>> state["state"]["name"], state["opened_at"], state["version"]
    ('new', '2026-06-01T09:00:00Z', 1)
    >>> to_plain(timedelta(hours=8))["value"]
    {'$timedelta': 'PT8H'}
    """
    return CODEC.to_plain(value, view=view)


def loads_with_unknown(
    text: str | bytes | bytearray,
    /,
    kind: type[T],
    *,
    limits: Limits = DEFAULT_LIMITS,
    trusted: bool = False,
) -> WithUnknownFields[T]:
    """Build a value from its JSON text, and keep unknown fields and unknown kinds of event.

    Use this if a newer release may have written the document. ``dumps`` writes the unknown fields
    back to their places. Each event of an unknown kind becomes an ``UnknownEvent`` in the history.
    The arguments are those of ``loads``.

    Raises:
        FormatError: The text is invalid, apart from unknown fields and kinds of event.

    >>> from incidentcore.serialization import loads_with_unknown
    >>> from incidentcore.values import Actor
    >>> loads_with_unknown('{"type":"Actor","version":1,"value":{"id":"a","age":9}}', Actor)
    WithUnknownFields(value=Actor(id='a', role='agent'), unknown=((('age',), '9'),))
    """
    return CODEC.loads_with_unknown(text, kind, limits=limits, trusted=trusted)


def from_plain(
    data: object, /, kind: type[T], *, limits: Limits = DEFAULT_LIMITS, trusted: bool = False
) -> T:
    """Build a value from its plain data, such as the content of a JSON column in a database.

    The other arguments are those of ``loads``; ``size`` does not apply, since there is no text.

    Raises:
        FormatError: The data are invalid.

    >>> from datetime import timedelta
    >>> from incidentcore.serialization import from_plain, to_plain
    >>> from_plain(to_plain(timedelta(minutes=90)), timedelta)
    datetime.timedelta(seconds=5400)
    """
    return CODEC.from_plain(data, kind, limits=limits, trusted=trusted)


def json_schema(
    kind: Any, /, *, view: View = "document", ref_template: str = REF_TEMPLATE
) -> dict[str, Any]:
    """Return the JSON Schema of the documents that contain a value of a type.

    Documents that ``dumps`` writes are valid against it. ``loads`` may still refuse a valid
    document, since some rules, such as those on a state's flags, cannot be expressed in a schema.

    Args:
        kind: A class, or a base such as ``Record`` or ``Condition``; ``object`` for any type.
        view: ``"document"``, or ``"state"`` for the schema of ``to_plain(record, view="state")``.
        ref_template: The form of a reference to a definition, as in pydantic; pass
            ``"#/components/schemas/{model}"`` if you move ``$defs`` into an OpenAPI document.

    Returns:
        A self-contained schema of draft 2020-12 with an ``$id`` and a definition for each class.
        Names of definitions consist of letters and digits.

    Raises:
        InvalidValueError: The type cannot be written, or the template does not contain ``{model}``.

    >>> from incidentcore.serialization import json_schema
    >>> from incidentcore.values import Actor
    >>> schema = json_schema(Actor)
    >>> schema["properties"]["value"], schema["$defs"]["Actor"]["required"]
    ({'$ref': '#/$defs/Actor'}, ['id'])
    """
    return CODEC.json_schema(kind, view=view, ref_template=ref_template)
