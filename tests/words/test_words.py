"""What a language is: twins of templates, and functions that write dates and spans."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from incidentcore import Actor, BusinessCalendar, Incident, SlaDefinition, SlaStatus, evaluate_sla
from incidentcore.errors import InvalidValueError
from incidentcore.values import LintFinding
from incidentcore.words import ENGLISH, GERMAN, Phrase, Words, render
from incidentcore.words.words import day_time, span_text

OPENED = datetime(2026, 7, 1, 7, 0, tzinfo=UTC)


def status() -> SlaStatus:
    office = BusinessCalendar(zone="Europe/Berlin", hours={"mon-fri": "09:00-17:00"})
    record = Incident.open(id="INC-1", title="Mail is down", by=Actor("ada", "agent"), at=OPENED)
    rule = SlaDefinition.resolution(hours=4, calendar=office)
    return evaluate_sla(rule, record, now=OPENED + timedelta(hours=1))


def test_english_is_what_a_text_has_by_itself() -> None:
    """Nothing is looked up."""
    assert render(status()) == str(status().trace)
    assert render(status(), words=ENGLISH).endswith(
        "elapsed 1:00 of 4:00, remaining 3:00; due Wed  1 Jul 13:00"
    )


def test_a_value_without_words_is_refused() -> None:
    """By its argument, and not by an attribute that the caller never named."""
    with pytest.raises(InvalidValueError, match=r"value: got 7.*in_words"):
        render(7)  # type: ignore[arg-type]


def test_another_zone_moves_every_time() -> None:
    """Berlin is an hour ahead of London."""
    said = render(status(), words=GERMAN, zone="Europe/London").splitlines()
    assert said == [
        "Mi  1. Juli 08:00 - Mi  1. Juli 09:00   läuft     1:00",
        "1:00 von 4:00 verbraucht, 3:00 übrig; fällig Mi  1. Juli 12:00",
    ]


def test_an_unknown_zone_is_named() -> None:
    """With what is wrong about it."""
    with pytest.raises(InvalidValueError, match="Europe/Berln"):
        render(status(), zone="Europe/Berln")


def test_dates_and_spans_are_written_by_functions() -> None:
    """ISO 8601 for both, in a language of one's own."""
    iso = Words(
        language="en",
        twins={},
        day_time=lambda at, zone, year=False: at.astimezone(zone).isoformat(),
        span=lambda span: f"PT{span // timedelta(minutes=1)}M",
    )
    assert render(status(), words=iso).splitlines()[-1] == (
        "elapsed PT60M of PT240M, remaining PT180M; due 2026-07-01T13:00:00+02:00"
    )


def test_a_template_without_a_twin_stays() -> None:
    """So that an unfinished table says something."""
    finding = LintFinding("own", "row 1", {"n": 2}, texts={"own": "two is {n}"})
    assert render(finding, words=GERMAN) == "row 1: two is 2"


@pytest.mark.parametrize(
    ("value", "english", "german"),
    [
        (12345, "12,345", "12.345"),
        (Decimal("1234.5"), "1,234.5", "1.234,5"),
        (True, "True", "True"),  # neither of the two, and not the number 1
        (2026.5, "2026.5", "2026.5"),
        (None, "None", "None"),
    ],
)
def test_only_whole_and_decimal_numbers_are_grouped(
    value: object, english: str, german: str
) -> None:
    """Every other value is its own text."""
    text = Phrase("{n} rows", n=value)
    assert str(text) == f"{english} rows"
    assert render(text, words=GERMAN).removesuffix(" rows") == german


def test_years_and_seconds_are_written_where_they_matter() -> None:
    """A year only where it is asked for, seconds only where there are any."""
    berlin = ZoneInfo("Europe/Berlin")
    at = datetime(2026, 12, 23, 16, 40, 5, tzinfo=UTC)
    assert day_time(at, berlin, year=True) == "Wed 23 Dec 2026 17:40:05"
    days = [day_time(at + timedelta(days=n), berlin)[:3] for n in range(7)]
    assert days == ["Wed", "Thu", "Fri", "Sat", "Sun", "Mon", "Tue"]
    months = [day_time(at.replace(month=n), berlin)[7:10] for n in range(1, 13)]
    assert " ".join(months) == "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
    assert GERMAN.day_time(at, berlin, year=True) == "Mi 23. Dez. 2026 17:40:05"
    assert day_time(at.replace(second=0), berlin) == "Wed 23 Dec 17:40"
    assert span_text(timedelta(hours=1, microseconds=5)) == "1:00:00.000005"
    assert span_text(timedelta(hours=26, minutes=5)) == "26:05"
    assert span_text(-timedelta(minutes=3, seconds=7)) == "-0:03:07"


def test_a_phrase_that_was_copied_speaks_german_still() -> None:
    """From a pickle comes the template with its data, not the English text alone."""
    text = Phrase("KPIs by {fields}", fields=(Phrase("priority"), "site"))
    again = pickle.loads(pickle.dumps(text))  # noqa: S301  our own bytes
    for copied in (again, copy.deepcopy(text)):
        assert type(copied) is Phrase
        assert copied == text == "KPIs by priority, site"
        assert render(copied, words=GERMAN) == "Kennzahlen nach Priorit\u00e4t, site"
