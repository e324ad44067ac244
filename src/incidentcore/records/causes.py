"""Statements of cause and the causes behind them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import attrs

from incidentcore._checks import SharedRepr, a_text, any_text, each_of


def _causes(because: Iterable[Cause]) -> tuple[Cause, ...]:
    return tuple(each_of("because", because, Cause))


@attrs.frozen
class Cause(SharedRepr):
    """A cause with the causes behind it, as in five whys or a fishbone diagram.

    Attributes:
        statement: The cause as text.
        because: The causes behind this one.
        factor: A label such as ``"people"`` or ``"configuration"``, or empty.

    Raises:
        InvalidValueError: The statement is empty, or ``because`` is not a sequence of causes.

    >>> from incidentcore.records import Cause
    >>> why = Cause("disk full", (Cause("logs not rotated", (Cause("rotation untested"),)),))
    >>> [cause.statement for cause in why.roots()]
    ['rotation untested']
    """

    statement: str = attrs.field(validator=a_text)
    because: tuple[Cause, ...] = attrs.field(default=(), converter=_causes)
    factor: str = attrs.field(default="", validator=any_text)

    def roots(self) -> Iterator[Cause]:
        """Yield the root causes: those that have no further cause."""
        stack = [self]
        while stack:
            cause = stack.pop()
            if not cause.because:
                yield cause
            stack.extend(reversed(cause.because))
