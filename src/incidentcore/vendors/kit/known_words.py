"""Usual words for states and levels, in several languages."""

from __future__ import annotations

from typing import Final

# What tools call their states in German, French and Spanish, by the English word.
_LOCAL: Final = {
    "new": "neu, nouveau, nouvelle, nuevo, nueva",
    "open": "offen, ouvert, ouverte, abierto, abierta",
    "reopened": "erneut geöffnet, wieder geöffnet, rouvert, reabierto, reabierta",
    "to do": "zu erledigen, à faire, por hacer, tareas por hacer",
    "assigned": "in bearbeitung (zugewiesen), en cours (attribué), en curso (asignado)",
    "planned": "in bearbeitung (geplant), en cours (planifié), en curso (planificado)",
    "in progress": "in bearbeitung, in arbeit, en cours, en curso, en progreso",
    "waiting for support": "warten auf support, en attente du support",
    "waiting for customer": "waiting for customer, warten auf kunden, en attente du client, "
    "esperando al cliente, wartet auf kunde, wartet auf kunden",
    "pending": "pending, waiting, awaiting, wartet, wartend, ausstehend, en attente, pendiente",
    "on hold": "on hold, onhold, warten, angehalten, zurückgestellt, en pause, en espera",
    "resolved": "gelöst, behoben, résolu, résolue, resuelto, resuelta, solucionado, solucionada, "
    "fixed, completed",
    "done": "erledigt, fertig, terminé, terminée, terminado, terminada, hecho, listo",
    "closed": "geschlossen, abgeschlossen, fermé, fermée, clos, clôturé, clôturée, cerrado, "
    "cerrada",
    "canceled": "abgebrochen, storniert, annulé, annulée, cancelado, cancelada, anulado",
}
ENGLISH: Final = {word: name for name, words in _LOCAL.items() for word in words.split(", ")}
ALIKE: Final[dict[str, tuple[str, ...]]] = {
    "pending": ("on hold",),
    "on hold": ("pending",),
    "waiting for customer": ("pending", "on hold"),
    "resolved": ("solved",),
    "done": ("resolved", "solved"),
}
# The same for levels. The nearest level of a scale that lacks one is used, with a finding.
_LOCAL_LEVELS: Final = {
    "critical": "kritisch, critique, crítica, crítico",
    "urgent": "dringend, urgente",
    "very high": "sehr hoch, très haute, très haut, muy alta, muy alto",
    "high": "hoch, haute, haut, élevée, élevé, alta, alto",
    "medium": "mittel, moyenne, moyen, media, medio",
    "moderate": "moderat, modérée, modéré, moderada, moderado",
    "low": "niedrig, gering, basse, bas, faible, baja, bajo",
    "very low": "sehr niedrig, très basse, très bas, muy baja, muy bajo",
    "planning": "planung, planification, planificación",
}
ENGLISH_LEVELS: Final = {
    word: name for name, words in _LOCAL_LEVELS.items() for word in words.split(", ")
}
NEAREST: Final[dict[str, tuple[str, ...]]] = {
    "medium": ("moderate",),
    "moderate": ("medium",),
    "normal": ("moderate", "medium"),
    **dict.fromkeys(("urgent", "highest", "very high"), ("critical",)),
    **dict.fromkeys(("lowest", "very low"), ("planning",)),
}
NEGATED: Final = frozenset(
    ("not", "nicht", "non", "no", "ne", "pas", "never", "nie", "to", "be", "zu", "wird", "à", "por")
)
