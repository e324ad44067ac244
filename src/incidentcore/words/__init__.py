"""Languages: the texts of the library in English, in German, or in your own wording."""

from incidentcore.words.german import GERMAN
from incidentcore.words.words import ENGLISH, Phrase, Words, render

__all__ = [
    "ENGLISH",
    "GERMAN",
    "Phrase",
    "Words",
    "render",
]
