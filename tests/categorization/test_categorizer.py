"""Categorizations as values, and noting them in a record's history."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from incidentcore.categorization import Categorization, Evidence, KeywordCategorizer, classify
from incidentcore.categorization.categorizer import share
from incidentcore.errors import InvalidValueError
from incidentcore.records import Classified, Incident, replay, set_fields
from incidentcore.values import Actor

NINE = datetime(2026, 6, 1, 9, tzinfo=UTC)
TEN = datetime(2026, 6, 1, 10, tzinfo=UTC)
ROBOT = Actor("classifier", "system")
DESK = KeywordCategorizer({("network", "vpn"): {"vpn": 3}, "hardware": ["printer"]})


def open_incident(title="VPN down at the printer"):
    return Incident.open(id="INC-1", title=title, by="kim", at=NINE)


def test_classify_notes_category_confidence_and_evidence():
    """The event holds what the categorizer says, and the record its category."""
    incident = classify(open_incident(), DESK, at=TEN, by=ROBOT)

    event = incident.history[-1]
    assert incident.category == ("network", "vpn")
    assert isinstance(event, Classified)
    assert (event.category, event.confidence, event.by, event.at) == (
        ("network", "vpn"),
        0.75,
        ROBOT,
        TEN,
    )
    assert event.evidence == (
        "keyword 'vpn' +3 for network / vpn",
        "keyword 'printer' +1 for hardware",
    )
    assert replay(incident.history) == incident


def test_abstention_leaves_the_record_alone():
    """Where the categorizer abstains there is nothing to note (rule G1)."""
    incident = open_incident("slow")

    assert classify(incident, DESK, at=TEN, by=ROBOT) is incident
    assert classify(incident, Categorization.abstain(), at=TEN, by=ROBOT) is incident


@pytest.mark.parametrize(
    ("given", "category", "confidence"),
    [
        ("network", ("network",), None),
        (("network", "vpn"), ("network", "vpn"), None),
        (["network", "vpn"], ("network", "vpn"), None),
        (Categorization("data", 1), ("data",), 1.0),
        (lambda record: Categorization(record.title, 0.5), ("slow",), 0.5),
    ],
)
def test_category_may_come_from_a_person_or_a_function(given, category, confidence):
    """A path that a person chose has no confidence; an answer and a function have theirs."""
    incident = classify(open_incident("slow"), given, at=TEN, by="ada")

    assert incident.category == category
    assert incident.history[-1].confidence == confidence


@pytest.mark.parametrize("given", [(), "", ("a", 1), None, 3, lambda _: "network", lambda _: None])
def test_what_is_no_category_is_refused(given):
    """Neither an empty path nor a function's other answers are a category."""
    with pytest.raises(InvalidValueError):
        classify(open_incident(), given, at=TEN, by="ada")


@pytest.mark.parametrize(
    "build",
    [
        lambda: Categorization("a", 1.1),
        lambda: Categorization("a", -0.1),
        lambda: Categorization("a", float("nan")),
        lambda: Categorization("a", "sure"),
        lambda: Categorization("a", True),
        lambda: Categorization(("a", ""), 1),
        lambda: Categorization("a", 1, ("vpn",)),
    ],
)
def test_answers_that_cannot_be_are_refused(build):
    """A confidence is a fraction from 0 to 1, a category a path, evidence Evidence."""
    with pytest.raises(InvalidValueError):
        build()


def test_answer_reads_as_a_line():
    """Printed, an answer is category, confidence and evidence."""
    evidence = [Evidence("keyword", "vpn", 2.5, ("network",)), Evidence("note", "as usual", 0)]

    assert str(Categorization(("network", "vpn"), 0.756, evidence)) == (
        "network / vpn (0.76): keyword 'vpn' +2.5 for network; as usual"
    )
    assert str(Categorization.abstain()) == "no category (0.00)"


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [(1, 4, 0.25), (0, 4, 0.0), (4, 4, 1.0), (5, 4, 1.0), (-1, 4, 0.0), (0, 0, 0.0), (1, 0, 0.0)],
)
def test_a_share_is_a_confidence(part: float, whole: float, expected: float) -> None:
    """From 0 to 1, whatever the weights sum up to; of nothing it is none."""
    assert share(part, whole) == expected


def test_a_late_categorizer_reads_the_record_as_it_was():
    """Titled "VPN drops" at the opening, "Mail is slow" since 12:00 (rule P2)."""
    by_keywords = KeywordCategorizer({"network": ["vpn"], "mail": ["mail"]})
    record = Incident.open(id="I", title="VPN drops", by="kim", at=NINE)
    record = set_fields(record, title="Mail is slow", at=NINE.replace(hour=12), by="ada")

    late = classify(record, by_keywords, at=NINE.replace(hour=10), by=Actor("classifier", "system"))
    assert late.category == ("network",)
