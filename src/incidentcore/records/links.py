"""Typed links between records."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import attrs

from incidentcore.errors import InvalidValueError

__all__ = ["Link", "LinkType"]


LinkType: TypeAlias = Literal[
    "parent_of",
    "child_of",
    "duplicate_of",
    "has_duplicate",
    "caused_by",
    "cause_of",
    "caused_by_change",
    "resolved_by",
    "resolves",
    "related_to",
]
"""The kinds of link that rules of the library speak of; any other text is a caller's own.

A link is kept on the record it starts from and read as "this record is <type> <target>".
"""


_INVERSE: Final = {
    "parent_of": "child_of",
    "child_of": "parent_of",
    "duplicate_of": "has_duplicate",
    "has_duplicate": "duplicate_of",
    "caused_by": "cause_of",
    "cause_of": "caused_by",
    "resolved_by": "resolves",
    "resolves": "resolved_by",
    "related_to": "related_to",
}


@attrs.frozen(order=True)
class Link:
    """One link from a record to another.

    Attributes:
        type: What the record is to the target; see ``LinkType``.
        target: The other record's id.

    Raises:
        InvalidValueError: The type or target is no text or empty.

    >>> Link("child_of", "INC-1").inverse("INC-2")
    Link(type='parent_of', target='INC-2')
    """

    type: str
    target: str

    def __attrs_post_init__(self) -> None:
        for name, value in (("type", self.type), ("target", self.target)):
            if not isinstance(value, str) or not value:
                raise InvalidValueError(name, value, "a non-empty text")

    def inverse(self, source: str) -> Link | None:
        """Return the same link as the target holds it, or None where the type has no inverse."""
        inverse = _INVERSE.get(self.type)
        return None if inverse is None else Link(inverse, source)
