"""Languages of texts: translations of English templates, and formats of dates and spans."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Final, Protocol, Self, TypeAlias
from zoneinfo import ZoneInfo

import attrs

from incidentcore._checks import SharedRepr
from incidentcore.errors import InvalidValueError
from incidentcore.instants import as_utc, as_zone

Texts: TypeAlias = Mapping[str, str]
"""A template for each code, with the names of data in braces; another language is another table."""

DayTime: TypeAlias = Callable[..., str]
_DAYS: Final = "Mon Tue Wed Thu Fri Sat Sun"
_MONTHS: Final = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"


def named_time(
    days: Sequence[str],
    months: Sequence[str],
    mark: str,
    at: datetime,
    zone: ZoneInfo,
    *,
    year: bool = False,
) -> str:
    """Return an instant in a zone, with seconds if they are not zero; ``mark`` follows the day."""
    local = as_utc(at).astimezone(zone)
    day = f"{days[local.weekday()]} {local.day:2d}{mark} {months[local.month - 1]}"
    exact = local.second or local.microsecond
    time = f"{local:%H:%M:%S}" if exact else f"{local:%H:%M}"
    return f"{day} {local.year} {time}" if year else f"{day} {time}"


day_time: Final = partial(named_time, _DAYS.split(), _MONTHS.split(), "")


def span_text(span: timedelta) -> str:
    """Return a span such as ``26:05``: hours and minutes, with seconds if they are not zero."""
    sign = "-" if span < timedelta(0) else ""
    seconds, micros = divmod(abs(span) // timedelta(microseconds=1), 1_000_000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    text = f"{sign}{hours}:{minutes:02d}"
    if seconds or micros:
        text += f":{seconds:02d}"
    if micros:
        text += f".{micros:06d}"
    return text


@attrs.frozen(kw_only=True)
class Words(SharedRepr):
    """A language: translations of the library's texts, and formats for dates and spans of time.

    Translations are looked up by the English template; a template without a translation stays
    English. Data in a template, such as the names of holidays and states, are not translated.

    Attributes:
        language: The code of the language, such as ``de``.
        twins: The translation of each English template, with the same names in braces.
        day_time: A function that writes an instant in a zone, with the year if ``year=True``.
        span: A function that writes a span of time.
        number: A function that converts numbers in text from English notation to the language's.

    >>> from incidentcore.words import Words
    >>> french = Words(language="fr", twins={"paused: {reason}": "en pause : {reason}"})
    >>> french.template("paused: {reason}")
    'en pause : {reason}'
    >>> french.template("counting")
    'counting'
    """

    language: str
    twins: Mapping[str, str] = attrs.field(repr=False, hash=False)
    day_time: DayTime = attrs.field(default=day_time, repr=False)
    span: Callable[[timedelta], str] = span_text
    number: Callable[[str], str] = str

    def template(self, english: str) -> str:
        """Return the translation of an English template, or the template if there is none."""
        return self.twins.get(english, english)

    def text(self, texts: Texts, code: str, data: Mapping[str, object]) -> str:
        """Return the text for a code in this language; without a template, the code and the data.

        Args:
            texts: The English templates, by code.
            code: The code of the template to use.
            data: The values named in the template; tuples are written as a list with commas.
        """
        shown = {
            name: ", ".join(map(str, value)) if isinstance(value, tuple) else value
            for name, value in data.items()
        }
        if code in texts:
            return self.template(texts[code]).format_map(shown)
        return f"{code} ({', '.join(f'{name}={value}' for name, value in shown.items())})"


ENGLISH: Final = Words(language="en", twins={})
"""English, the language of the templates."""


class Phrase(str):
    """Text made from a template and data, so that it can be written in any language.

    Args:
        template: The text, with the names of data in braces.
        data: The values for the names. Phrases and other values with ``in_words`` are translated,
            plain text is not. Ints, decimals, instants and spans are written in the formats of the
            language, a tuple as a list with commas. Without data, the template is the text.

    >>> from incidentcore.words import GERMAN, Phrase, render
    >>> text = Phrase("KPIs by {fields}", fields=(Phrase("priority"), "site"))
    >>> print(text)
    KPIs by priority, site
    >>> render(text, words=GERMAN)
    'Kennzahlen nach Priorität, site'
    """

    __slots__ = ("_data", "_template")

    _data: dict[str, object]
    _template: str

    def __new__(cls, template: str, /, **data: object) -> Self:
        """Fill the template in English."""
        self = super().__new__(cls, _filled(template, data, ENGLISH))
        self._template, self._data = template, data
        return self

    def __reduce__(self) -> Any:
        return _phrase, (self._template, self._data)

    @classmethod
    def joined(cls, parts: Iterable[str], by: str = "\n") -> Phrase:
        """Join several texts into one, with ``by`` between them."""
        data = {f"part{place}": part for place, part in enumerate(parts)}
        return cls(by.join(f"{{{name}}}" for name in data), **data)

    def in_words(self, words: Words, zone: ZoneInfo | None = None) -> str:
        """Return the text in the language of ``words``, with times in ``zone``."""
        return _filled(words.template(self._template), self._data, words, zone)


def _phrase(template: str, data: dict[str, object]) -> Phrase:
    return Phrase(template, **data)


def _filled(
    template: str, data: Mapping[str, object], words: Words, zone: ZoneInfo | None = None
) -> str:
    if not data:
        return template
    is_said = words is ENGLISH and zone is None  # as a phrase was filled when it was made

    def said(value: object) -> str:
        if type(value) is str or (is_said and type(value) is Phrase):
            return str(value)
        if isinstance(value, tuple):
            return ", ".join(map(said, value))
        if hasattr(value, "in_words"):
            return str(value.in_words(words, zone))
        if isinstance(value, datetime):
            return words.day_time(value, zone or value.tzinfo)
        if isinstance(value, timedelta):
            return words.span(value)
        return words.number(f"{value:,}") if type(value) in (int, Decimal) else str(value)

    return template.format_map({name: said(data[name]) for name in data})


class Worded(Protocol):
    """The protocol for values with text in several languages, such as traces and findings."""

    def in_words(self, words: Words, zone: ZoneInfo | None = None) -> str:
        """Return the text in the language of ``words``, with times in ``zone``.

        If ``zone`` is None, they are in the value's own zone, such as that of its calendar.
        """


def render(value: Worded, /, *, words: Words = ENGLISH, zone: str | ZoneInfo | None = None) -> str:
    """Return the text of a value in a language.

    Args:
        value: A trace, an SLA status, a decision of a lifecycle or its error, a due item, an
            escalation, an update, a lint finding, a table of KPIs, a ``Phrase`` (such
            as the text of ``explain_record``), or a custom object with ``in_words``.
        words: The language: ``ENGLISH``, ``GERMAN``, or your own ``Words``.
        zone: The time zone of the times in the text; None for the value's own zone.

    Raises:
        InvalidValueError: The zone is unknown, or the value does not have ``in_words``.

    >>> from incidentcore.values import LintFinding
    >>> from incidentcore.words import GERMAN, render
    >>> texts = {"dead_end": "is not final and leads nowhere"}
    >>> render(LintFinding("dead_end", "waiting", texts=texts), words=GERMAN)
    'waiting: ist kein Endzustand und führt nirgendwohin'
    """
    if not hasattr(value, "in_words"):
        raise InvalidValueError(
            "value",
            value,
            "a value with in_words: a trace, an SLA status, a decision or its error, a due item, "
            "an escalation, an update, a finding, a KpiTable or a Phrase; a page has "
            "translated(words)",
        )
    return value.in_words(words, None if zone is None else as_zone(zone))
