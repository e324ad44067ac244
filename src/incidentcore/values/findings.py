"""Lint findings: a code with data, and its text from a table of templates."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import attrs

from incidentcore._checks import SharedRepr
from incidentcore.values.frozen import FrozenMap, as_map
from incidentcore.words import ENGLISH, Words
from incidentcore.words.words import Texts


@attrs.frozen
class LintFinding(SharedRepr):
    """A finding about a rule: something that cannot work as intended, or is probably a mistake.

    Attributes:
        code: The kind of finding, as a stable code in snake_case.
        subject: The name of the rule, row, level, state or date that the finding is about.
        data: The values to fill into the message, by name.
        witness: A value that demonstrates the finding, such as a record's fields, an instant or a
            name; None if none is needed.
        texts: The templates of ``message`` by code; ignored when findings are compared.

    >>> from incidentcore.values import LintFinding
    >>> finding = LintFinding(
    ...     "dead_end",
    ...     "waiting",
    ...     {"state": "waiting"},
    ...     texts={"dead_end": "no action leaves {state}"},
    ... )
    >>> print(finding)
    waiting: no action leaves waiting
    """

    code: str
    subject: str
    data: FrozenMap[object] = attrs.field(factory=FrozenMap, converter=as_map)
    witness: object = None
    texts: Texts = attrs.field(factory=dict, kw_only=True, eq=False, repr=False)

    @property
    def message(self) -> str:
        """Return what is wrong, as text."""
        return ENGLISH.text(self.texts, self.code, self.data)

    def in_words(self, words: Words, zone: ZoneInfo | None = None) -> str:
        """Return what is wrong and where, in the language of ``words``; ``zone`` is ignored."""
        message = words.text(self.texts, self.code, self.data)
        return f"{self.subject}: {message}" if self.subject else message

    def __str__(self) -> str:
        return self.in_words(ENGLISH)

    def _repr_html_(self) -> str:
        from html import escape  # noqa: PLC0415

        return f"<p>{escape(str(self))}</p>"
