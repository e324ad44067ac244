"""Formats of times found in texts; each reads its text as it was meant."""

from __future__ import annotations

from collections import Counter

import pytest

from incidentcore.vendors.kit import Times
from incidentcore.vendors.time_formats import fewest, formats_of, formats_together

# Each a time at 9:15 on 2 March 2026, a Monday, and the formats that read it.
AT = "2026-03-02T09:15"
TEXTS = {
    "Mo 02.03.2026 09:15": ["%d.%m.%Y %H:%M"],
    "Montag, 2. März 2026 09:15": ["%d. %b %Y %H:%M"],
    "lundi 2 mars 2026 09:15": ["%d %b %Y %H:%M"],
    "lunes, 2 de marzo de 2026 9:15": ["%d de %B de %Y %H:%M"],
    "Monday, March 2, 2026 9:15 AM": ["%B %d, %Y %I:%M %p"],
    "Mon 02/03/2026 09:15": ["%d/%m/%Y %H:%M"],  # 3 February is a Tuesday
    "Mon 03/02/26 9:15AM": ["%m/%d/%y %I:%M%p"],
    "02/03/26, 09:15": ["%d/%m/%y, %H:%M", "%m/%d/%y, %H:%M"],
    "02-MAR-26 09.15.00 AM": ["%d-%b-%y %I.%M.%S %p"],
    "02.03.2026 um 09:15 Uhr": ["%d.%m.%Y um %H:%M Uhr"],
    "02.03.2026T09:15:00": ["%d.%m.%YT%H:%M:%S"],
    "02.03.2026 09.15": ["%d.%m.%Y %H.%M"],
    "2026-03-02 09.15": ["%Y-%m-%d %H.%M"],
    "02.03.2026 - 09:15": ["%d.%m.%Y - %H:%M"],
    "02/Mar/2026:09:15:00 +0100": ["%d/%b/%Y:%H:%M:%S %z"],
    "02.03.2026 09:15:00,000": ["%d.%m.%Y %H:%M:%S,%f"],
    "13/03/2026 09:15:00 +0100": ["%d/%m/%Y %H:%M:%S %z"],
    "02.03.2026 09:15 UTC+2": ["%d.%m.%Y %H:%M"],
    "2026.03.02 09:15": ["%Y.%m.%d %H:%M"],
    "2026-03-02 9:15": ["%Y-%m-%d %H:%M"],
    "2026-03-02 09:15 AM": ["%Y-%m-%d %I:%M %p"],
    "2026-03-02 09:15 GMT+1": ["iso", "%Y-%m-%d %H:%M"],
    "46083.375": ["excel"],
    "1772442000": ["epoch_s"],
    "1772442000000": ["epoch_ms"],
    "90": [],
    "2d 3h": [],
    "soon": [],
    "INC2026": [],
}


@pytest.mark.parametrize(("text", "forms"), TEXTS.items())
def test_formats_of_a_text(text: str, forms: list[str]) -> None:
    assert list(fewest(formats_of(text))) == forms
    for form in forms:
        Times("UTC", formats=form).reader().read(text)


def test_a_format_reads_the_hour_that_is_written() -> None:
    """By wall clock, whatever the order of day and month."""
    for text, forms in TEXTS.items():
        if text[:2] in ("Mo", "lu", "20") and forms:
            at = Times("UTC", formats=forms[0]).reader().read(text.split(" GMT")[0])
            assert at.isoformat()[:16] == AT, text


def test_formats_that_together_read_most_texts() -> None:
    """Those of the most texts first; none where most texts are not times."""

    def forms(**texts: int) -> tuple[str, ...]:
        return formats_together(Counter(texts), numbers=False)

    texts = {"02.03.2026 09:15": 3, "2026-03-02 09:15": 1, "03.03.2026": 1, "?": 1}
    assert forms(**texts) == ("%d.%m.%Y %H:%M", "iso", "%d.%m.%Y")
    assert forms(**texts, soon=4) == ()
    assert forms(**{"2026-03-02": 2, "soon": 1}) == ("iso",)
    texts = {"Mo 02.03.2026 09:15": 2, "Mo 02.03.2026": 1, "Di 02.03.2026": 1}
    assert forms(**texts) == ("%d.%m.%Y %H:%M", "%d.%m.%Y")  # the last was a Monday
