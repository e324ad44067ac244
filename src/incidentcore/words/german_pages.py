"""German translations of the texts of pages: titles, headings, names and fixed sentences."""

from __future__ import annotations

from typing import Final

PAGES: Final = {
    "Volume and backlog": "Aufkommen und Rückstand",
    "KPIs": "Kennzahlen",
    "What differs in principle": "Was sich grundsätzlich unterscheidet",
    "Nothing: each record is judged alike by both.": (
        "Nichts: Jeder Vorgang wird von beiden gleich beurteilt."
    ),
    "Behavior is held fixed: people would have acted otherwise under other rules. Where a rule "
    "steers people, simulate it instead.": (
        "Das Verhalten gilt als unverändert: Unter anderen Regeln hätten Menschen anders "
        "gehandelt. Wo eine Regel Menschen lenkt, hilft nur eine Simulation."
    ),
    "A clock that is past its target and still runs or is paused counts as not met here; a report "
    "leaves it out of its compliance as running_breached or paused_breached.": (
        "Eine Uhr, die ihr Ziel überschritten hat und noch läuft oder ruht, zählt hier als nicht "
        "eingehalten; ein Bericht lässt sie als running_breached oder paused_breached aus."
    ),
    "KPIs by {fields}": "Kennzahlen nach {fields}",
    "Month by month": "Monat für Monat",
    "Age of the backlog": "Alter des Rückstands",
    "SLA compliance": "Einhaltung der Zusagen",
    "The worst breach": "Die schlimmste Verletzung",
    "Escalations": "Eskalationen",
    "The latest": "Die jüngsten",
    "State changes": "Zustandswechsel",
    "Definitions": "Definitionen",
    "The tool's own figures": "Zahlen des Werkzeugs selbst",
    "Shares": "Anteile",
    "Findings about the file": "Befunde zur Datei",
    "Objectives": "Vorgaben",
    "Misses": "Verfehlungen",
    "Credits": "Gutschriften",
    "priority": "Priorität",
    "(all)": "(alle)",
    "(none)": "(ohne)",
    "{part} of {whole}": "{part} von {whole}",
    "no SLA applies; the conditions test the priority, which is None": (
        "kein Vertrag gilt; die Bedingungen prüfen die Priorität, die fehlt"
    ),
    "level {level} waits for the {clock} clock, which {who} does not have; nearest: {near}": (
        "Stufe {level} wartet auf die Uhr {clock}, die {who} nicht hat; am nächsten: {near}"
    ),
    "{part} of {whole} {of}": "{part} von {whole} {of}",
    "resolved records": "gelösten Vorgängen",
    "records resolved at least once": "Vorgängen, die je gelöst waren",
    "all incidents": "allen Störungen",
    "incidents with resolved_at": "Störungen mit Lösungszeit",
    "all incidents, with or without resolved_at": "allen Störungen, ob mit Lösungszeit oder ohne",
    "clocks met or breached": "Uhren, eingehalten oder verletzt",
    "few": "wenige",
    "missed": "verfehlt",
    "objective": "Vorgabe",
    "{standing}, {minutes} min left": "{standing}, noch {minutes} Min.",
    "{standing}, {count} left": "{standing}, noch {count}",
    "no records": "keine Vorgänge",
    "none": "nichts",
    "nothing": "nichts",
    "Report on {file}": "Bericht über {file}",
    "Service in {month}{whose}": "Dienst im Monat {month}{whose}",
    "UTC (no zone given)": "UTC (keine angegeben)",
    "none given: no targets": "keine angegeben: ohne Ziele",
    "not drawn; install {extra}": "nicht gezeichnet; {extra} installieren",
    "pictures": "Bilder",
    "{start} to before {end}": "{start} bis vor {end}",
    "Left out, since the source does not cover them: {names}.": (
        "Ausgelassen, weil die Quelle dazu schweigt: {names}."
    ),
    "By the states, groups and replies that the log shows; the tool's own figures stand below.": (
        "Nach Zuständen, Gruppen und Antworten im Protokoll; die Zahlen des Werkzeugs folgen unten."
    ),
    "Service {name}, {clock}: {targets}.": "Dienst {name}, {clock}: {targets}.",
    "The clock {name} cannot be judged: the source does not cover {fields}.": (
        "Die Uhr {name} ist nicht zu beurteilen: zu {fields} schweigt die Quelle."
    ),
    "For the clock {name} the source has no history of {fields}: a pause counts as open time, and "
    "the value given holds throughout.": (
        "Für die Uhr {name} fehlt die Vorgeschichte von {fields}: eine Unterbrechung zählt mit, "
        "und der letzte Wert gilt durchweg."
    ),
    "none: no clock went over its target": "keine: jede Uhr blieb im Rahmen",
    "Priority {priority}, {name}, {over} open time over its target; times in {zone}.": (
        "Priorität {priority}, {name}, um {over} Geschäftszeit überschritten; Uhrzeiten in {zone}."
    ),
    "… {count} more lines of the same kind …": "… {count} weitere solche Zeilen …",
    "{total} fell due; {lapsed} of them were answered or resolved since.": (
        "{total} wurden fällig; {lapsed} davon sind seither beantwortet oder erledigt."
    ),
    "none fell due": "keine wurde fällig",
    "functional": "fachlich",
    "hierarchical": "hierarchisch",
    "one of them:": "eine davon:",
    "one refused transition:": "ein abgelehnter Übergang:",
    "{finding}; allowed from {before}: {allowed}": "{finding}; erlaubt ab {before}: {allowed}",
    "{lifecycle}: {refused} of {observed} state changes refused, in {incidents} incidents": (
        "{lifecycle}: {refused} von {observed} Zustandswechseln abgelehnt, in {incidents} Vorgängen"
    ),
    "{text}, and {more} more kinds": "{text}, und {more} weitere Arten",
    "Source: {source}.": "Quelle: {source}.",
    "Definition {definition}.": "Kennung {definition}.",
    "A clock counts where it was met in the period by its stop, and where it was breached in the "
    "period by its breach. All others are left out, each with the reason.": (
        "Eine Uhr zählt, wo sie im Zeitraum endete und eingehalten war oder im Zeitraum verletzt "
        "wurde. Alle anderen sind ausgelassen, je mit Grund."
    ),
    "no clock ended": "keine Uhr endete",
    "none: every objective was met": "keine: alle Vorgaben sind erfüllt",
    "What came in and went out": "Was kam und was ging",
    "Open records by age": "Offene Vorgänge nach Alter",
    "Share of clocks met, with its interval at 95 %": (
        "Anteil eingehaltener Uhren, mit Unsicherheit zu 95 %"
    ),
    "age (days)": "Alter (Tage)",
    "open records": "offene Vorgänge",
    "share (%)": "Anteil (%)",
    "group (n)": "Gruppe (n)",
    "few records": "wenige Vorgänge",
    "no forecast": "keine Vorhersage",
    "hollow: few records": "hohl: wenige Vorgänge",
    "opened": "eröffnet",
    "resolved": "gelöst",
    "closed": "geschlossen",
    "canceled": "abgebrochen",
    "reopened": "wieder eröffnet",
    "major": "Großstörungen",
    "backlog": "Rückstand",
    "kpi": "Kennzahl",
    "value": "Wert",
    "counted": "gezählt",
    "left out": "ausgelassen",
    "month": "Monat",
    "came in": "kamen",
    "went out": "gingen",
    "open at its end": "am Ende offen",
    "age": "Alter",
    "open": "offen",
    "clock": "Uhr",
    "note": "Hinweis",
    "row": "Zeile",
    "level": "Stufe",
    "to": "an",
    "mode": "Art",
    "fell due": "fällig",
    "hours": "Stunden",
    "mean": "Mittel",
    "median": "Median",
    "share": "Anteil",
    "records": "Vorgänge",
    "denominator": "Grundmenge",
    "finding": "Befund",
    "count": "Zahl",
    "first": "zuerst",
    "field": "Feld",
    "what was done": "was geschah",
    "record": "Vorgang",
    "title": "Titel",
    "due": "Frist",
    "over target": "über dem Ziel",
    "why": "warum",
    "compliance": "Einhaltung",
    "credit": "Gutschrift",
    "period": "Zeitraum",
    "as of": "Stand",
    "zone": "Zeitzone",
    "desk": "Regeln",
    "A reopened record comes in again; the last month may be incomplete.": (
        "Ein wieder eröffneter Vorgang kommt erneut; der letzte Monat kann unvollständig sein."
    ),
    "A resolution stops the clock {clock} too, so its n includes records without a response.": (
        "Auch eine Lösung stoppt die Uhr {clock}; ihr n enthält also Vorgänge ohne Antwort."
    ),
    "Compliance is met of met and breached; open clocks are left out, overdue or not.": (
        "Einhaltung ist der erfüllte Teil der erfüllten und verletzten; offene Uhren sind "
        "ausgelassen, auch überfällige."
    ),
    "All times are those of {zone} unless stated.": (
        "Alle Zeiten gelten in {zone}, soweit nichts anderes dabeisteht."
    ),
    "Opening hours": "Öffnungszeiten",
    ", to {day}": ", bis {day}",
    "{n} holidays{until}{names}": "{n} Feiertage{until}{names}",
    "{n} holiday{until}{names}": "{n} Feiertag{until}{names}",
    "Calendar": "Kalender",
    "Zone": "Zeitzone",
    "Open": "Geöffnet",
    "Closed": "Geschlossen",
    "without {hours}": "ohne {hours}",
    "\nHolidays of {names}: {days}.": "\nFeiertage von {names}: {days}.",
    "Service {name}": "Dienst {name}",
    "\nTargets count in {calendar}.": "\nDie Ziele zählen im Kalender {calendar}.",
    "Clock": "Uhr",
    "any other": "sonst",
    "Resolution and update clocks pause while": "Die Uhren für Lösung und Mitteilungen ruhen, "
    "solange gilt",
    "Warnings at": "Warnungen bei",
    "After a reopening": "Nach einer Wiedereröffnung",
    "When another service begins to apply": "Wenn ein anderer Dienst zu gelten beginnt",
    "Clock {name}": "Uhr {name}",
    "Further": "Ferner",
    "Accepted major incidents are not closed automatically, since close_major is not true.": ""
    "Bestätigte Großstörungen werden nicht von selbst geschlossen, da close_major nicht true ist.",
    "Who has which service": "Wer welchen Dienst hat",
    "The first line that matches counts.": "Es gilt die erste Zeile, die zutrifft.",
    "Records": "Vorgänge",
    "Service": "Dienst",
    "Kind": "Art",
    "all": "alle",
    "On call": "Rufbereitschaft",
    "Schedule": "Plan",
    "People": "Personen",
    "Change": "Wechsel",
    "During": "Während",
    "{name}, layer {place}": "{name}, Ebene {place}",
    "Escalation": "Eskalation",
    "Rule": "Regel",
    "When": "Wann",
    "Who": "Wer",
    "How": "Wie",
    "Updates": "Mitteilungen",
    "To": "An",
    "First": "Erste",
    "Every": "Alle",
    "On hold": "Angehalten",
    "Final": "Letzte",
    "after {span}": "nach {span}",
    "after {span} from the level before": "nach {span} ab der Stufe davor",
    "Priority": "Priorität",
    "Categories and groups": "Kategorien und Gruppen",
    "Lifecycle": "Lebenszyklus",
    "Approvals": "Genehmigungen",
    "Linked records": "Verknüpfte Vorgänge",
    "Alerts": "Alarme",
    "Sources": "Quellen",
}

EXPLAINED: Final = {
    "as of {at} ({zone})": "Stand {at} ({zone})",
    "state {state}, priority {level}": "Zustand {state}, Priorität {level}",
    "state {state}, priority none": "Zustand {state}, ohne Priorität",
    "approval: needed, and not asked; see Desk.approval_rule": (
        "Genehmigung: nötig und nicht angefragt; siehe Desk.approval_rule"
    ),
    "clocks:": "Uhren:",
    "clocks: no promise applies": "Uhren: keine Zusage gilt",
    "due:": "fällig:",
    "due: nothing": "fällig: nichts",
    "next, unless something happens:": "danach, wenn nichts geschieht:",
    "look again: {at}": "wieder ansehen: {at}",
    "look again: when something happens": "wieder ansehen: wenn etwas geschieht",
    "; sent {since}": "; gesendet {since}",
    "; no longer due since {since}: {why}": "; nicht mehr fällig seit {since}: {why}",
    "; no longer due since {since}: the clock stopped, {why}": (
        "; nicht mehr fällig seit {since}: die Uhr ist beendet, {why}"
    ),
    "not_started": "noch nicht begonnen",
    "running": "läuft",
    "paused": "angehalten",
    "acknowledged": "bestätigt",
    "ended": "das Ende ist erreicht",
    "no further update": "keine weitere Mitteilung ist vorgesehen",
    "no rule applies": "keine Regel gilt",
    "not opened": "noch nicht eröffnet",
    "reopened": "wieder eröffnet",
    "resolved": "gelöst",
    "snoozed": "stummgeschaltet",
    "there is nobody to notify": "es ist niemand zu benachrichtigen",
    "it has another time": "es gilt ein anderer Zeitpunkt",
    "update for {audience}: {why}": "Mitteilung an {audience}: {why}",
    "resolved since {at}": "gelöst seit {at}",
    "the snooze ended": "die Stummschaltung ist zu Ende",
    "nobody decided in time": "niemand hat rechtzeitig entschieden",
    "{path} was reached": "{path} ist erreicht",
}
