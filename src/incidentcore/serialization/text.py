"""Write and read documents as JSON text: ``dumps`` and ``loads``.

The codec imports the classes of every package, so it is imported by the first call.
"""

from __future__ import annotations

from typing import TypeVar

from incidentcore.serialization.limits import DEFAULT_LIMITS, Limits

T = TypeVar("T")


def dumps(value: object, /, *, indent: int | None = None) -> str:
    """Return a value as JSON text.

    Equal values give equal text: fields have a fixed order, and keys and sets are sorted.

    Args:
        value: A value of the library, a ``WithUnknownFields``, or plain data in tuples, frozensets
            and ``FrozenMap`` objects.
        indent: The number of spaces per level; None writes everything on one line.

    Returns:
        Text from which ``loads`` makes an equal value.

    Raises:
        InvalidValueError: The value, or one inside it, cannot be written, such as a function, a
            NaN, or an object of your own class that no ``Codec`` contains. The error's ``where`` is
            the path to it.

    >>> from incidentcore.serialization import dumps
    >>> from incidentcore.values import Actor
    >>> dumps(Actor("ada"))
    '{"type":"Actor","version":1,"value":{"id":"ada","role":"agent"}}'
    """
    from incidentcore.serialization.codec import CODEC  # noqa: PLC0415  loads every room

    return CODEC.dumps(value, indent=indent)


def loads(
    text: str | bytes | bytearray,
    /,
    kind: type[T],
    *,
    limits: Limits = DEFAULT_LIMITS,
    trusted: bool = False,
) -> T:
    """Build a value from its JSON text; unknown fields are refused.

    Args:
        text: A document written by ``dumps`` of this release or an older one.
        kind: The type of value expected: a class, or a base such as ``Record`` or ``Condition``;
            ``object`` for a value of any type.
        limits: The limits of the document.
        trusted: Whether to accept a ``PatternRule`` with a regular expression of the standard
            library, which can run endlessly. Everything else is checked as usual.

    Raises:
        FormatError: The text is invalid; the error lists every problem with its path.

    >>> from incidentcore.serialization import loads
    >>> from incidentcore.values import Actor
    >>> loads('{"type":"Actor","version":1,"value":{"id":"ada"}}', Actor)
    Actor(id='ada', role='agent')
    >>> loads('{"type":"Actor","version":1,"value":{"id":1}}', Actor)
    Traceback (most recent call last):
    incidentcore.errors.FormatError: got 1; allowed: text @ $.value.id
    """
    from incidentcore.serialization.codec import CODEC  # noqa: PLC0415  loads every room

    return CODEC.loads(text, kind, limits=limits, trusted=trusted)
