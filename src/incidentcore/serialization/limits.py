"""The limits for documents that are read."""

from __future__ import annotations

from typing import Final

import attrs

from incidentcore._checks import SharedRepr, need_whole
from incidentcore.errors import InvalidValueError

_DEEPEST: Final = 200  # what Python's own recursion bears in any caller's hands


@attrs.frozen(kw_only=True)
class Limits(SharedRepr):
    """Limits for documents; a document that exceeds one is refused before it is processed.

    Attributes:
        size: The maximum number of characters of the text, or of bytes if it is passed as bytes.
        depth: The maximum depth of nested arrays and objects.
        values: The maximum number of values in the document.
        digits: The maximum number of characters of one number.
        problems: The maximum number of problems that an error lists; further problems are counted.

    Raises:
        InvalidValueError: A limit is not a whole number of at least 1.

    >>> from incidentcore.serialization import Limits
    >>> Limits(size=1_000).depth
    64
    """

    size: int = 20_000_000
    depth: int = 64
    values: int = 2_000_000
    digits: int = 100
    problems: int = 1_000

    def __attrs_post_init__(self) -> None:
        for field in attrs.fields(Limits):
            given = getattr(self, field.name)
            need_whole(field.name, given)
        if self.depth > _DEEPEST:
            raise InvalidValueError("depth", self.depth, f"at most {_DEEPEST}")


DEFAULT_LIMITS: Final = Limits()
