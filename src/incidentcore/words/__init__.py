"""Languages: the texts of the library in English, in German, or in your own wording."""

from incidentcore.words.german import GERMAN
from incidentcore.words.words import ENGLISH, Phrase, Worded, Words, day_time, render, span_text

__all__ = [
    "ENGLISH",
    "GERMAN",
    "Phrase",
    "Worded",
    "Words",
    "day_time",
    "render",
    "span_text",
]
