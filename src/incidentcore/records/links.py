"""Typed links between records."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias, get_args

import attrs

from incidentcore._checks import SharedRepr, nearest, need_text
from incidentcore.errors import InvalidValueError

_CUSTOM: Final = "custom."

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
"""The types of link that the library uses; your own begin with ``custom.``.

A link is stored on the record it starts from and read as "this record is <type> <target>"."""


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


def check_link_type(value: object) -> None:
    """Raise an error for an unknown type of link, unless it begins with ``custom.``."""
    if value in get_args(LinkType):
        return
    text = value if isinstance(value, str) else ""
    if text.startswith(_CUSTOM) and text != _CUSTOM:
        return
    own = f"custom.{text}" if text else "custom. and a name"
    words = f"{', '.join(get_args(LinkType))}; or {own} for a type of your own"
    raise InvalidValueError("type", value, words + nearest(value, get_args(LinkType)))


@attrs.frozen(order=True)
class Link(SharedRepr):
    """A link from one record to another.

    Attributes:
        type: The type of link to the target: one of ``LinkType``, or ``custom.`` and a name.
        target: The other record's id.

    Raises:
        InvalidValueError: The type is unknown, or the target is empty or not text.

    >>> from incidentcore.records import Link
    >>> Link("child_of", "INC-1").inverse("INC-2")
    Link(type='parent_of', target='INC-2')
    """

    type: str
    target: str

    def __attrs_post_init__(self) -> None:
        check_link_type(self.type)
        need_text("target", self.target, allowed="the id of a record, non-empty text")

    def inverse(self, source: str) -> Link | None:
        """Return the link from the target back to the source; None if the type has no inverse."""
        inverse = _INVERSE.get(self.type)
        return None if inverse is None else Link(inverse, source)
