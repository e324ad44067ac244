"""Typed links between records."""

from __future__ import annotations

from typing import Final

import attrs

from incidentcore.errors import InvalidValueError

__all__ = ["Link", "LinkType"]


class LinkType:
    """The kinds of link that rules of the library speak of; any other text is a caller's own.

    A link is kept on the record it starts from and read as "this record is <type> <target>".
    """

    PARENT_OF: Final = "parent_of"
    CHILD_OF: Final = "child_of"
    DUPLICATE_OF: Final = "duplicate_of"
    HAS_DUPLICATE: Final = "has_duplicate"
    CAUSED_BY: Final = "caused_by"
    CAUSE_OF: Final = "cause_of"
    CAUSED_BY_CHANGE: Final = "caused_by_change"
    RESOLVED_BY: Final = "resolved_by"
    RESOLVES: Final = "resolves"
    RELATED_TO: Final = "related_to"


_INVERSE: Final = {
    LinkType.PARENT_OF: LinkType.CHILD_OF,
    LinkType.CHILD_OF: LinkType.PARENT_OF,
    LinkType.DUPLICATE_OF: LinkType.HAS_DUPLICATE,
    LinkType.HAS_DUPLICATE: LinkType.DUPLICATE_OF,
    LinkType.CAUSED_BY: LinkType.CAUSE_OF,
    LinkType.CAUSE_OF: LinkType.CAUSED_BY,
    LinkType.RESOLVED_BY: LinkType.RESOLVES,
    LinkType.RESOLVES: LinkType.RESOLVED_BY,
    LinkType.RELATED_TO: LinkType.RELATED_TO,
}


@attrs.frozen(order=True)
class Link:
    """One link from a record to another.

    Attributes:
        type: What the record is to the target; see ``LinkType``.
        target: The other record's id.

    Raises:
        InvalidValueError: The type or target is no text or empty.

    >>> Link(LinkType.CHILD_OF, "INC-1").inverse("INC-2")
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
