"""Documents as a whole: one line, one type, one version."""

from __future__ import annotations

from datetime import timedelta

from tests.serialization.builders import incident, problems

from incidentcore.conditions import Condition
from incidentcore.records import (
    Incident,
)
from incidentcore.serialization import (
    dumps,
    loads,
)
from incidentcore.values import NEW, Actor


def test_a_document_is_one_line_unless_asked() -> None:
    """Indentation changes the text and nothing else."""
    assert "\n" not in dumps(incident())
    assert incident() == loads(dumps(incident(), indent=2), Incident)


def test_the_type_must_be_the_one_expected() -> None:
    """A document of another type is refused, naming the place and what would do."""
    assert problems(dumps(incident()), Actor) == ("got 'Incident'; allowed: Actor @ $.type",)
    assert problems(dumps(NEW), Condition)[0].endswith("@ $.type")
    assert problems(dumps("x"), timedelta) == ("got a str; allowed: timedelta @ $.value",)


def test_a_newer_version_is_refused() -> None:
    """A document of a later release is refused by its version (rule D3)."""
    text = dumps(NEW).replace('"version":1', '"version":2')

    assert problems(text) == (
        "version 2 is newer than this release reads; allowed: 1 to 1 @ $.version",
    )
