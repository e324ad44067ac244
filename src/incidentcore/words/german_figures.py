"""German translations of the texts about report figures, forecasts and importer findings."""

from __future__ import annotations

from typing import Final

_LAST: Final = (
    "Wieder eröffnete zählen bis zur letzten Lösung, die Lücke inbegriffen. Offene sind als "
    "ungelöst ausgelassen, was einem wachsenden Rückstand schmeichelt: dazu den "
    "Kaplan-Meier-Median lesen."
)

FIGURES: Final = {
    "Volume": "Aufkommen",
    "number of records": "Zahl der Vorgänge",
    "Duplicates count until they are merged; canceled records count.": (
        "Doppelte zählen bis zur Zusammenführung; abgebrochene zählen."
    ),
    "Records resolved": "Gelöste Vorgänge",
    "Records closed": "Geschlossene Vorgänge",
    "Records canceled": "Abgebrochene Vorgänge",
    "Records reopened": "Wieder eröffnete Vorgänge",
    "Records major": "Großstörungen",
    "our choice": "eigene Festlegung",
    "Backlog": "Rückstand",
    "number of records open as of the instant": "Zahl der Vorgänge, die zum Zeitpunkt offen sind",
    "Replayed as of the instant, not today's state; group by AgeBuckets for aging.": (
        "Nachgespielt zum Zeitpunkt, nicht der heutige Zustand; nach Alter über AgeBuckets."
    ),
    "Mean time to acknowledge": "Mittlere Zeit bis zur Bestätigung",
    "mean(first acknowledged - opened), over acknowledged records": (
        "Mittel(erste Bestätigung - Eröffnung), über bestätigte Vorgänge"
    ),
    "Never acknowledged is left out as unacknowledged, so the worst cases are not in it: read the "
    "survival median beside it. A later acknowledgement is ignored. One given while the record was "
    "resolved is left out as after_resolution.": (
        "Nie bestätigte sind ausgelassen, die schlimmsten Fälle fehlen also: dazu den "
        "Kaplan-Meier-Median lesen. Eine spätere Bestätigung zählt nicht. Eine während der Lösung "
        "gegebene ist ausgelassen."
    ),
    "PagerDuty, escalation policy insights": "PagerDuty, Auswertung der Eskalationsregeln",
    "Mean time to first response": "Mittlere Zeit bis zur ersten Antwort",
    "mean(first public agent reply - opened)": "Mittel(erste sichtbare Antwort - Eröffnung)",
    "Internal notes and automatic replies are not a response. Unanswered records are left out as "
    "unanswered.": (
        "Interne Notizen und selbsttätige Antworten zählen nicht. Unbeantwortete sind ausgelassen."
    ),
    "Zendesk, first reply time": "Zendesk, Zeit bis zur ersten Antwort",
    "Mean time to resolve": "Mittlere Zeit bis zur Lösung",
    "mean(last resolved - opened), over resolved records": (
        "Mittel(letzte Lösung - Eröffnung), über gelöste Vorgänge"
    ),
    "Reopened records run to their last resolution, the gap included. Open ones are left out as "
    "unresolved, which flatters a growing backlog: read the survival median beside it.": _LAST,
    "Zendesk, full resolution time; PagerDuty": "Zendesk, Zeit bis zur vollen Lösung; PagerDuty",
    "Median time to resolve": "Median der Zeit bis zur Lösung",
    "median(last resolved - opened), over resolved records": (
        "Median(letzte Lösung - Eröffnung), über gelöste Vorgänge"
    ),
    "SRE, incident metrics: even medians are weak at small n": (
        "SRE, Kennzahlen von Störungen: bei kleinem n ist auch ein Median schwach"
    ),
    "90th percentile of the time to resolve": "90-%-Wert der Zeit bis zur Lösung",
    "0.9 quantile(last resolved - opened), inclusive and linear": (
        "0,9-Anteilswert(letzte Lösung - Eröffnung), einschließend und geradlinig"
    ),
    "Median time to resolve, open and canceled ones censored": (
        "Kaplan-Meier-Median der Zeit bis zur Lösung: offene und abgebrochene gelten als unbeendet"
    ),
    "product-limit median of last resolved - opened": (
        "Kaplan-Meier-Median von letzter Lösung - Eröffnung"
    ),
    "None where the share that is not resolved stays above one half.": (
        "Ohne Wert, wo der nicht gelöste Anteil über der Hälfte bleibt."
    ),
    "Kaplan and Meier 1958; rule K5": "Kaplan und Meier 1958; Regel K5",
    "First-contact resolution, by proxy": "Lösung beim ersten Kontakt, genähert",
    "resolved, never reassigned, never reopened / resolved at least once": (
        "gelöst, nie umgeleitet, nie wieder eröffnet / je gelöst"
    ),
    "A proxy for logs that know no conversation: a record that one group worked on for a week "
    "counts. The denominator is records resolved at least once, as a reopened one failed; of all "
    "records the figure is lower.": (
        "Eine Näherung für Protokolle ohne Gespräche: woran eine Gruppe eine Woche arbeitete, "
        "zählt mit. Bezogen auf je gelöste Vorgänge, denn ein wieder eröffneter misslang; von "
        "allen Vorgängen ist die Zahl kleiner."
    ),
    "HDI 2018 by proxy; our choice": "HDI 2018 genähert; eigene Festlegung",
    "Reopen rate": "Anteil wieder eröffneter",
    "reopened at least once / resolved at least once": "je wieder eröffnet / je gelöst",
    "Counts records: one that came back three times counts once.": (
        "Zählt Vorgänge: wer dreimal wiederkam, zählt einmal."
    ),
    "Resolved without reassignment": "Gelöst ohne Umleitung",
    "resolved, never moved to another group / resolved": (
        "gelöst, nie an eine andere Gruppe gegeben / gelöst"
    ),
    "The first assignment is not a reassignment.": "Die erste Zuweisung ist keine Umleitung.",
    "ServiceNow, incident premium dashboard": "ServiceNow, Übersicht der Störungen",
    "ServiceNow, incident management dashboard": "ServiceNow, Übersicht zur Störungsbearbeitung",
    "clocks met / (met + breached), with Wilson's interval at 95 %": (
        "eingehaltene Uhren / (eingehaltene + verletzte), Unsicherheit nach Wilson zu 95 %"
    ),
    "sla_compliance of {clock}": "sla_compliance, Uhr {clock}",
    "ServiceNow audit log (UCI data set 498)": "ServiceNow-Protokoll (UCI 498)",
    "reopened at least once": "je wieder eröffnet",
    "never reassigned": "nie umgeleitet",
    "first-contact resolution": "beim ersten Kontakt gelöst",
    "made_sla on the last row": "made_sla in der letzten Zeile",
    **{
        f"opened to {end}, {kind}": f"Eröffnung bis {bis}, {art}"
        for end, bis in (
            ("resolved_at", "resolved_at"),
            ("closed_at", "closed_at"),
            ("the first row that is not New", "zur ersten Zeile, die nicht New ist"),
        )
        for kind, art in (("mean", "Mittel"), ("median", "Median"), ("90 %", "90 %"))
    },
    **{
        f"the same, only incidents first seen as New, {kind}": f"nur anfangs neue, {art}"
        for kind, art in (("mean", "Mittel"), ("median", "Median"), ("90 %", "90 %"))
    },
}

FOUND: Final = {
    "left out": "ausgelassen",
    "left out: the first one is used": "ausgelassen: der erste gilt",
    "left out: nested too deeply": "ausgelassen: zu tief verschachtelt",
    "the history ends in {state}": "der Verlauf endet in {state}",
    "no time of it is known": "dafür ist keine Zeit bekannt",
    "{what}; it counts from the last instant known": "{what}; gilt ab der letzten bekannten Zeit",
    "{what}, which stands: it is newer than the record": (
        "{what}; das gilt, denn er ist neuer als der Datensatz"
    ),
    "read as empty": "gelesen als leer",
    "read by their headings, as none is the usual one: {columns}": (
        "nach ihren Überschriften gelesen, da keine die übliche ist: {columns}"
    ),
    "row left out: {count} fields instead of {width}": (
        "Zeile ausgelassen: {count} Felder statt {width}"
    ),
    "row left out: {why}": "Zeile ausgelassen: {why}",
    "row left out: a record needs its opening": "Zeile ausgelassen: ihr fehlt die Eröffnung",
    "left out: {why}": "ausgelassen: {why}",
    "the first one, {name}, is used": "{name} gilt, der erste Name",
    "kept under custom; known: {known}; a table that you give takes the place of the known words: "
    "name all of them": "unter custom aufgehoben; bekannt: {known}; eine angegebene Tabelle "
    "ersetzt die bekannten Wörter: alle nennen",
    "the closing time counts as the resolution": "die Zeit des Schließens gilt als Lösung",
    "not UTF-8: read as cp1252": "kein UTF-8: als cp1252 gelesen",
    "read as UTF-16": "als UTF-16 gelesen",
    "fields are separated by {mark}": "Felder sind getrennt durch {mark}",
    "row left out: row {first} is used": "Zeile ausgelassen: Zeile {first} gilt",
    "row left out: the first row of this id is used": (
        "Zeile ausgelassen: die erste Zeile dieser Kennung gilt"
    ),
    "record left out: the first one of this id is used": (
        "Vorgang ausgelassen: der erste mit dieser Kennung gilt"
    ),
    "record left out: it needs its opening": "Vorgang ausgelassen: ihm fehlt die Eröffnung",
    "entry left out: it has no time": "Eintrag ausgelassen: ohne Zeitangabe",
    "entry left out": "Eintrag ausgelassen",
    "event left out": "Ereignis ausgelassen",
    "read as the first of the two": "gelesen als die erste von beiden",
    "moved forward by the length of the gap": "um die Lücke nach vorn geschoben",
    "read as UTC, like all times without a zone": "gelesen als UTC, wie alle ohne Zeitzone",
    "kept as a tuple": "aufgehoben als Tupel",
    "row left out: row {number}, the last of this id, is used": (
        "Zeile ausgelassen: Zeile {number} gilt, die letzte mit dieser Kennung"
    ),
    "named {key}": "benannt als {key}",
    "kept under custom": "unter custom aufgehoben",
    "kept unchanged": "aufgehoben, wie es ist",
    "kept as custom.activity": "als custom.activity aufgehoben",
    "read as a state that is {flags}; say what it means with {option}, {line} in [import] or "
    "{code}": "gelesen als Zustand mit {flags}; was er bedeutet, sagt {option}, {line} in [import] "
    "oder {code}",
    "read as a state that is {flags}; say what it means with {option}, {line} in [import] or "
    "{code}, where {name} is one of {states}": "gelesen als Zustand mit {flags}; was er bedeutet, "
    "sagt {option}, {line} in [import] oder {code}, mit {name} als einem von {states}",
    "{count} more": "{count} weitere",
    "read as a state that is {flags}, so that its resolution does not count; say what it means "
    "with {option}, {line} in [import] or {code}, where {name} is one of {states}": "gelesen als "
    "Zustand mit {flags}, die Lösung zählt also nicht; was er bedeutet, sagt {option}, {line} in "
    "[import] oder {code}, mit {name} als einem von {states}",
    "read as the system actor unknown": "gelesen als System unknown",
    "read as a system: it answers and acknowledges nothing": (
        "gelesen als System: es antwortet und bestätigt nichts"
    ),
    "all times are read as UTC: the log states no zone": (
        "alle Zeiten gelten als UTC: das Protokoll nennt keine Zeitzone"
    ),
    "each incident is titled by its number": "jede Störung trägt ihre Nummer als Titel",
    "final values on every row: kept under custom from the last row on": (
        "Endwerte in jeder Zeile: unter custom aufgehoben, ab der letzten"
    ),
    "read as missing on every row": "gilt in jeder Zeile als fehlend",
    "opened as New; the state counts as entered by this row's time at the latest": (
        "eröffnet als New; der Zustand gilt spätestens ab der Zeit dieser Zeile"
    ),
}

EXCLUDED: Final = {
    "acknowledged while it was resolved": "bestätigt, während es gelöst war",
    "closed again later": "später erneut geschlossen",
    "the clock has stopped": "die Uhr ist beendet",
    "an exercise": "eine Übung",
    "the end lies before the beginning": "das Ende liegt vor dem Beginn",
    "never resolved": "nie gelöst",
    "not linked to any of the items": "mit nichts davon verknüpft",
    "no clock applies": "keine Uhr gilt",
    "the beginning is unknown": "der Beginn ist unbekannt",
    "the end was not reached": "das Ende wurde nicht erreicht",
    "the field is empty": "das Feld ist leer",
    "the field does not hold a number": "das Feld enthält keine Zahl",
    "not covered by the source": "die Quelle sagt es nicht",
    "the clock has not started": "die Uhr hat nicht begonnen",
    "no update was owed": "keine Mitteilung war geschuldet",
    "the value is implausible": "der Wert ist unglaubhaft",
    "outside the denominator": "gehört nicht zur Grundmenge",
    "the clock is paused": "die Uhr ist angehalten",
    "the clock is paused and has breached": "die Uhr ist angehalten und verletzt",
    "reopened and open": "wieder eröffnet und offen",
    "resolved again later": "später erneut gelöst",
    "the clock is running": "die Uhr läuft",
    "the clock is running and has breached": "die Uhr läuft und ist verletzt",
    "not acknowledged": "nicht bestätigt",
    "not answered": "nicht beantwortet",
    "not closed": "nicht geschlossen",
    "not resolved": "nicht gelöst",
    "service not restored": "Dienst nicht wiederhergestellt",
    "within the target": "innerhalb des Ziels",
}

FORECASTS: Final = {
    "all {n} records have ended, so long ones may be missing; export open records too": (
        "keiner von {n} Vorgängen ist offen: was lange dauert, fehlt; auch offene ausgeben"
    ),
    "{censored} of {n} visits have no known end: too few show how long it takes": (
        "{censored} von {n} Aufenthalten sind ohne Ende: zu wenige zeigen, wie lange es dauert"
    ),
    "no clock counts": "keine Uhr zählt",
    "{n} visits, fewer than {enough}": "{n} Aufenthalte, weniger als {enough}",
    "{n} whole weeks of history; a forecast needs two": (
        "{n} ganze Wochen Vorgeschichte; für eine Streuung braucht es zwei"
    ),
}

DRILLS: Final = {
    "it checks no expectation; if it is background only, make it a note": "sie prüft keine "
    "Erwartung; als bloßer Hintergrund wäre sie eine Notiz",
    "the inject at {at} makes it due after the end, at {due} of {lasts}": "die Einspielung um {at} "
    "macht sie erst hinter dem Schluss fällig, um {due} von {lasts}",
    "no inject checks it": "keine Einspielung prüft sie",
    "it checks {checks!r}; known are {known}": "sie prüft {checks!r}; bekannt sind {known}",
}
