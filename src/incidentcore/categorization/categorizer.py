"""The result of a categorizer: a category, its confidence and the evidence, or an abstention."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from math import fsum
from typing import Any, Protocol, TypeVar

import attrs

from incidentcore._checks import SharedRepr, as_pairs, need_each, need_kind, need_share, tuple_of
from incidentcore.categorization.taxonomy import Path, as_path, path_text
from incidentcore.errors import DefinitionError
from incidentcore.instants import as_utc
from incidentcore.records import Classified, Record
from incidentcore.records.replay import as_it_was
from incidentcore.values import Actor

R = TypeVar("R", bound=Record)


@attrs.frozen
class Evidence(SharedRepr):
    """One reason for a category.

    Attributes:
        kind: The source of the evidence: ``rule``, ``keyword``, ``pattern``, ``word``, ``prior``,
            ``model``, ``path``, ``vote`` or ``note``; a custom categorizer may have other kinds.
        what: The rule, word, pattern or note, as text.
        weight: The weight of the reason, on a scale that depends on the categorizer.
        category: The category that the evidence suggests; empty if it suggests no category.
    """

    kind: str
    what: str
    weight: float = 1.0
    category: Path = ()

    def __str__(self) -> str:
        if self.kind == "note":
            return self.what
        target = f" for {path_text(self.category)}" if self.category else ""
        return f"{self.kind} {self.what!r} {self.weight:+.3g}{target}"


def _evidence(value: Iterable[Evidence]) -> tuple[Evidence, ...]:
    return tuple_of(value)


def _probabilities(value: Any) -> tuple[tuple[Path, float], ...]:
    return tuple((as_path(path), chance) for path, chance in as_pairs(value))


def path_or_none(value: Any) -> Path:
    """Return a category as a path; an empty one for None."""
    return () if value in ((), None) else as_path(value)


@attrs.frozen
class Categorization(SharedRepr):
    """The result of a categorizer for a record.

    Attributes:
        category: The category as a path; empty if the categorizer abstains.
        confidence: How certain the result is, from 0 to 1; the meaning depends on the categorizer.
        evidence: The reasons for the category, or for the abstention.
        probabilities: Pairs of (category, probability) for all categories; empty if not computed.

    Raises:
        InvalidValueError: The category is not a path, or the confidence is not between 0 and 1.

    >>> from incidentcore.categorization import Categorization, Evidence
    >>> print(Categorization("network", 0.8, (Evidence("keyword", "vpn", 2.0),)))
    network (0.80): keyword 'vpn' +2
    """

    category: Path = attrs.field(converter=path_or_none)
    confidence: float = 1.0
    evidence: tuple[Evidence, ...] = attrs.field(default=(), converter=_evidence)
    probabilities: tuple[tuple[Path, float], ...] = attrs.field(
        default=(), converter=_probabilities, repr=False
    )

    def __attrs_post_init__(self) -> None:
        need_share("confidence", self.confidence)
        need_each("evidence", self.evidence, Evidence)

    @classmethod
    def abstain(cls, evidence: Iterable[Evidence] | str = ()) -> Categorization:
        """Return a result without a category, for the given reasons.

        A reason given as a string is converted to ``Evidence``.

        >>> from incidentcore.categorization import Categorization
        >>> Categorization.abstain("no rule matches").abstained
        True
        """
        if isinstance(evidence, str):
            evidence = (Evidence("note", evidence, 0.0),)
        return cls((), 0.0, tuple_of(evidence))

    @property
    def abstained(self) -> bool:
        """Return whether the categorizer abstained, so that there is no category."""
        return not self.category

    def __str__(self) -> str:
        head = f"{path_text(self.category) or 'no category'} ({self.confidence:.2f})"
        return f"{head}: {'; '.join(map(str, self.evidence))}" if self.evidence else head


class Categorizer(Protocol):
    """The protocol for categorizers: functions or immutable callables that return a category.

    If a categorizer has a method ``answers``, which takes many records, that method is called
    instead of the categorizer itself.
    """

    def __call__(self, record: Any, /) -> Categorization:
        """Return the category of a record with confidence and evidence; empty if it abstains."""
        ...


def need_categorizers(name: str, *categorizers: object) -> None:
    """Raise ``DefinitionError`` unless all values can be called."""
    for categorizer in categorizers:
        if not callable(categorizer):
            raise DefinitionError(name, categorizer, "a callable that takes a record")


def answer_all(categorizer: Categorizer, records: Iterable[Any]) -> list[Categorization]:
    """Return the results for many records, in one call if the categorizer has ``answers``."""
    batch = getattr(categorizer, "answers", None)
    if batch is not None:
        return list(batch(records))
    return [categorizer(record) for record in records]


def share(part: float, whole: float) -> float:
    """Return part divided by whole as a confidence from 0 to 1, despite rounding errors."""
    return min(max(part / whole, 0.0), 1.0) if whole else 0.0


def total(weights: Iterable[float]) -> float:
    """Return a sum to 12 digits, so that 0.1 and 0.2 weigh as much as 0.3, in any order."""
    return float(f"{fsum(weights):.12g}")


def reaches(value: float, minimum: float) -> bool:
    """Return whether a confidence or weight is at least a minimum, both to 12 digits (rule G2)."""
    return total((value,)) >= total((minimum,))


def tally(votes: Iterable[tuple[Path, float]]) -> tuple[dict[Path, float], list[Path]]:
    """Return the sum of the weights of each category, and the categories with the greatest sum."""
    weights: dict[Path, list[float]] = {}
    for path, weight in votes:
        weights.setdefault(path, []).append(weight)
    sums = {path: total(parts) for path, parts in weights.items()}
    best = max(sums.values(), default=0.0)
    return sums, [path for path, weight in sums.items() if weight == best]


def weigh(kind: str, matches: Iterable[tuple[Path, str, float]], minimum: float) -> Categorization:
    """Return the category with the greatest sum of weights, or an abstention below ``minimum``.

    ``matches`` are triples of (category, keyword or pattern, weight), in any order.
    """
    entries = list(matches)
    if not entries:
        return Categorization.abstain(f"no {kind} found")
    sums, winners = tally((path, weight) for path, _, weight in entries)
    best = sums[winners[0]]
    entries.sort(key=lambda entry: (-sums[entry[0]], entry[0], -entry[2], entry[1]))
    evidence = [Evidence(kind, what, weight, path) for path, what, weight in entries]
    if len(winners) > 1:
        note = f"{len(winners)} categories weigh the same"
    elif not reaches(best, minimum):
        note = f"weight {best:g} is below the minimum {minimum:g}"
    else:
        return Categorization(winners[0], share(best, total(sums.values())), evidence)
    return Categorization.abstain([Evidence("note", note, 0.0), *evidence])


def classify(
    record: R,
    by_what: Categorizer | Categorization | Iterable[str] | str,
    /,
    *,
    at: datetime,
    by: Actor | str,
    recorded_at: datetime | None = None,
) -> R:
    """Set a record's category, and keep the confidence and evidence in its history.

    Args:
        record: The record; a categorizer reads it as it was at ``at``.
        by_what: A categorizer, the result of a categorizer, or a category that a person chose.
        at: When the record was categorized.
        by: Who categorized the record; an actor or an id (see ``Record.actor``). For a categorizer,
            usually ``Actor("classifier", "system")``.
        recorded_at: When this became known. Defaults to ``at``.

    Returns:
        The record with a ``Classified`` event; unchanged if the categorizer abstains.

    Raises:
        InvalidValueError: The category is not a path, or the categorizer's result is not a
            ``Categorization``.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.categorization import classify
    >>> from incidentcore.records import Incident
    >>> nine = datetime(2026, 6, 1, 9, tzinfo=UTC)
    >>> incident = Incident.open(id="INC-1", title="VPN drops", by="kim", at=nine)
    >>> classify(incident, ("network", "vpn"), at=nine, by="ada").category
    ('network', 'vpn')
    """
    need_kind("record", record, Record)
    answer: Any = by_what
    at = as_utc(at)
    if callable(answer):
        answer = answer(as_it_was(record, at))
        need_kind("categorizer", answer, Categorization, allowed="a Categorization as its answer")
    if isinstance(answer, Categorization):
        if answer.abstained:
            return record
        body: dict[str, Any] = {
            "category": answer.category,
            "confidence": float(answer.confidence),
            "evidence": tuple(str(each) for each in answer.evidence),
        }
    else:
        body = {"category": as_path(answer)}
    return record.with_event(Classified, at=at, by=by, recorded_at=recorded_at, **body)
