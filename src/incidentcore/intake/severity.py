"""A table that maps the severities of a monitoring source to impact and urgency."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import attrs

from incidentcore._checks import (
    SharedRepr,
    are_texts,
    as_tuple,
    count_shown,
    need_kind,
    need_text,
    tuple_of,
)
from incidentcore.errors import DefinitionError, InvalidValueError
from incidentcore.records.fields import checked_fields
from incidentcore.values import Impact, Level, Urgency


def _words(words: Iterable[str] | str) -> tuple[str, ...]:
    given = as_tuple(words, str)
    if not are_texts(given):
        raise DefinitionError("words", given, "one or more non-empty words")
    return tuple(word.casefold() for word in given)


@attrs.frozen
class SeverityRow(SharedRepr):
    """A severity: one or more names for it, and the impact and urgency that it implies.

    Attributes:
        words: The names, such as ``critical``; case does not matter.
        impact: The impact of incidents with this severity.
        urgency: The urgency of these incidents.
    """

    words: tuple[str, ...] = attrs.field(converter=_words)
    impact: Level
    urgency: Level

    def __attrs_post_init__(self) -> None:
        for name, level in (("impact", self.impact), ("urgency", self.urgency)):
            need_kind(name, level, Level, DefinitionError, "a Level of a scale such as Impact.HIGH")
        try:
            levels = {"impact": self.impact, "urgency": self.urgency}
            checked_fields(levels, frozenset(levels), entered=True)
        except InvalidValueError as error:
            raise DefinitionError(error.where, error.given, error.allowed) from None


def _rows(rows: Iterable[SeverityRow]) -> tuple[SeverityRow, ...]:
    return tuple_of(rows)


@attrs.frozen
class SeverityTable(SharedRepr):
    """A table of severities from the most to the least severe, with the impact and urgency of each.

    Attributes:
        rows: The rows, the most severe first; each name is in only one of them.
        default: The name whose row applies to alerts without a severity, and to unknown names.

    Raises:
        DefinitionError: ``rows`` is empty, a name is in two rows, or the default is in no row.

    Source: our choice; the standard names are those of Prometheus' rules, syslog and Grafana.

    >>> from incidentcore import IntakePolicy
    >>> table = IntakePolicy().severities
    >>> table.row("Critical").impact.name
    'high'
    >>> table.rank("page") < table.rank("info")
    True
    """

    rows: tuple[SeverityRow, ...] = attrs.field(converter=_rows, repr=count_shown)
    default: str = "warning"
    _ranks: Mapping[str, int] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        ranks: dict[str, int] = {}
        for number, row in enumerate(self.rows):
            need_kind("rows", row, SeverityRow, DefinitionError)
            for word in row.words:
                if word in ranks:
                    raise DefinitionError("rows", word, "each word in one row")
                ranks[word] = number
        if not ranks:
            raise DefinitionError("rows", self.rows, "at least one row")
        allowed = f"one of {', '.join(ranks)}"
        need_text("default", self.default, DefinitionError, allowed)
        if self.default.casefold() not in ranks:
            raise DefinitionError("default", self.default, allowed)
        object.__setattr__(self, "_ranks", ranks)

    def rank(self, severity: str) -> int:
        """Return the position of the row that ``row`` returns for a severity; 0 is most severe."""
        found = self._ranks.get(severity)
        if found is not None:
            return found
        return self._ranks.get(severity.casefold(), self._ranks[self.default.casefold()])

    def row(self, severity: str) -> SeverityRow:
        """Return the row of a severity; the default row if no row has its name."""
        return self.rows[self.rank(severity)]


STANDARD_SEVERITIES: Final = SeverityTable(
    (
        SeverityRow(
            ("critical", "fatal", "emergency", "emerg", "alert", "page", "disaster"),
            Impact.HIGH,
            Urgency.HIGH,
        ),
        SeverityRow(("error", "err", "high", "major"), Impact.MEDIUM, Urgency.HIGH),
        SeverityRow(("warning", "warn", "medium", "average"), Impact.MEDIUM, Urgency.MEDIUM),
        SeverityRow(("minor", "low", "ticket"), Impact.LOW, Urgency.MEDIUM),
        SeverityRow(
            ("info", "informational", "notice", "none", "debug", "ok"), Impact.LOW, Urgency.LOW
        ),
    )
)
