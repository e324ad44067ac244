"""German: the translation of each English template, and the formats of dates."""

from __future__ import annotations

import re
from functools import partial
from typing import Final

from incidentcore.words.german_figures import DRILLS, EXCLUDED, FIGURES, FORECASTS, FOUND
from incidentcore.words.german_pages import EXPLAINED, PAGES
from incidentcore.words.words import Words, named_time

_MARK: Final = re.compile(r"(?<=[0-9])[.,](?=[0-9])")
_DAYS: Final = "Mo Di Mi Do Fr Sa So"
_MONTHS: Final = "Jan. Feb. März April Mai Juni Juli Aug. Sept. Okt. Nov. Dez."

_TRACE: Final = {
    "not started": "noch nicht begonnen",
    "counting": "läuft",
    "closed: out of hours": "geschlossen: außerhalb der Geschäftszeit",
    "closed: holiday {name}": "geschlossen: Feiertag {name}",
    "closed: break {name}": "geschlossen: Pause {name}",
    "closed: maintenance {name}": "geschlossen: Wartung {name}",
    "closed: closed in {name}": "geschlossen: keine Öffnung in {name}",
    "closed: {reason}": "geschlossen: {reason}",
    "paused: {reason}": "angehalten: {reason}",
    "closed until reopened": "geschlossen bis zur Wiedereröffnung",
    "stopped": "beendet",
    "canceled": "storniert",
    "replaced": "ersetzt",
    "{after} takes over from {before} ({how})": "{after} löst {before} ab ({how})",
    "{before} no longer applies": "{before} gilt nicht mehr",
    "{after} applies ({how})": "{after} gilt ({how})",
    "restart": "Neubeginn",
    "retroactive": "rückwirkend",
    "retroactive without pauses": "rückwirkend, Anhalten zählt mit",
    "keep elapsed": "Verbrauch bleibt",
    "no SLA applies": "kein Vertrag gilt",
    "cannot be judged: the source does not cover {fields}": (
        "nicht beurteilbar: die Quelle enthält {fields} nicht"
    ),
    "elapsed {elapsed} of {target}, remaining {remaining}; ": "{elapsed} von {target} verbraucht, "
    "{remaining} übrig; ",
    "met": "eingehalten",
    "breached": "verletzt",
    "met, ": "eingehalten, ",
    "breached, ": "verletzt, ",
    "on hold: ": "angehalten: ",
    "due {due}": "fällig {due}",
    "no due time": "ohne Fälligkeit",
    "no due time within the years of calendars": "ohne Fälligkeit in den Jahren der Kalender",
    ". If resumed now: {due}": ". Bei sofortiger Fortsetzung: {due}",
}

_REFUSALS: Final = {
    "{action} at {at} lies before the opening of {record} at {opened_at}": "{action} um {at} liegt "
    "vor der Eröffnung von {record} um {opened_at}",
    "{action} from {state} is refused by its guard: {guard}{why}": "{action} aus {state} lehnt die "
    "Bedingung ab: {guard}{why}",
    "{action} from {state} refuses {what}": "{action} aus {state} nimmt nicht an: {what}",
    "{record} is of type {record_type} and follows the lifecycle {follows!r}, not {lifecycle!r}: "
    "advance it by its own, or migrate it": "{record} ist vom Typ {record_type} und folgt dem "
    "Lebenszyklus {follows!r} statt {lifecycle!r}: nach dem eigenen weiterführen oder migrieren",
    "{record} follows the lifecycle {lifecycle!r} in version {version} already": "{record} folgt "
    "dem Lebenszyklus {lifecycle!r} bereits in Fassung {version}",
    "{action} from {state} needs {missing_fields}": "{action} aus {state} braucht {missing_fields}",
    "{action} at {at} would lead to {to}, and the next event, {next} at {next_at}, is not a legal "
    "step from there; amend=True replays what follows": "{action} um {at} würde nach {to} führen, "
    "und das folgende Ereignis, {next} um {next_at}, ist von dort kein zulässiger Schritt; "
    "amend=True spielt das Spätere neu ab",
    "{action} is not allowed from {state}; {allowed}": "{action} ist aus {state} nicht erlaubt; "
    "{allowed}",
    "{action} from {state} does not take {undeclared}; it takes {takes}": "{action} aus {state} "
    "kennt {undeclared} nicht; möglich: {takes}",
    "{action} is not an action of the lifecycle {lifecycle!r}; {allowed}": "{action} ist keine "
    "Aktion des Lebenszyklus {lifecycle!r}; {allowed}",
    "{state} is not a state of the lifecycle {lifecycle!r}, which has {states}": "{state} ist kein "
    "Zustand des Lebenszyklus {lifecycle!r}; er hat {states}",
    "allowed here: {actions}": "hier erlaubt: {actions}",
    "nothing is allowed here": "hier ist nichts erlaubt",
    "allowed: {done}; {record} is then {state}": "erlaubt: {done}; {record} ist danach {state}",
    "no fields": "keine Felder",
    "; the shortest path is {path}": "; der kürzeste Weg ist {path}",
    ", then ": ", dann ",
    " (needs {fields})": " (braucht {fields})",
}

_HISTORY: Final = {
    "{action} from {before} is refused by its guard: {guard}": "{action} aus {before} lehnt die "
    "Bedingung ab: {guard}",
    "{action} from {before} refuses {what}": "{action} aus {before} nimmt nicht an: {what}",
    "{action} from {before} needs {missing}": "{action} aus {before} braucht {missing}",
    "an opening must have {missing}": "zur Eröffnung gehört {missing}",
    "{before} to {to} is not allowed": "von {before} nach {to} ist nicht erlaubt",
    "{action} from {before} to {to} is not allowed": "{action} von {before} nach {to} ist nicht "
    "erlaubt",
    "{before} is not a state of the lifecycle {lifecycle!r}; the way out is {way}": "{before} ist "
    "kein Zustand des Lebenszyklus {lifecycle!r}; der Ausweg ist {way}",
    "{before} is not a state of the lifecycle {lifecycle!r}, and no migration leads out of it": ""
    "{before} ist kein Zustand des Lebenszyklus {lifecycle!r}, und keine Migration führt heraus",
    "{unknown} is not a state of the lifecycle {lifecycle!r}": "{unknown} ist kein Zustand des "
    "Lebenszyklus {lifecycle!r}",
}

_GUARDS: Final = {
    "approved, if approval was asked": "genehmigt, falls eine Genehmigung angefragt ist",
    "rejected, if approval was asked": "abgelehnt, falls eine Genehmigung angefragt ist",
    "the roles are named": "die Rollen sind besetzt",
    "not by the requester": "nicht durch die meldende Person",
    "by the caller or an agent": "durch die meldende Person oder den Service Desk",
    "a major incident by a person": "eine Großstörung durch einen Menschen",
    "by the role of the resolution": "durch die Rolle, die gelöst hat",
    "by the requester": "durch die meldende Person",
    "by a business rule or the API": "durch eine Geschäftsregel oder die Schnittstelle",
}

_LIFECYCLE: Final = {
    "the same facts lead to {to} and to {or_to}": "dieselben Angaben führen nach {to} und nach "
    "{or_to}",
    "{rules} can undo each other endlessly": "{rules} können einander endlos rückgängig machen",
    "waits for the {what} {name}, which {lifecycle} does not have": "wartet auf {what} {name}; "
    "{lifecycle} hat das nicht",
    "{action} from {state} does not take {value!r} as {name}": "{action} aus {state} nimmt "
    "{value!r} nicht als {name}",
    "{action} from {state} may be refused by its guard: {guard}": "{action} aus {state} kann die "
    "Bedingung ablehnen: {guard}",
    "{action} from {state} needs {names}": "{action} aus {state} braucht {names}",
    "{action} is not allowed from {state} in {lifecycle}": "{action} ist aus {state} in "
    "{lifecycle} nicht erlaubt",
    "{lifecycle} does not have the state {state}": "{lifecycle} hat den Zustand {state} nicht",
    "{action} from {state} does not take {names}": "{action} aus {state} kennt {names} nicht",
    "is not final and leads nowhere": "ist kein Endzustand und führt nirgendwohin",
    "no facts pass its guard: {guard}": "nichts erfüllt die Bedingung: {guard}",
    "leads to no final state": "führt zu keinem Endzustand",
    "leads to no resolved state": "führt zu keiner Lösung",
    "needs {name}, which a record of type {record_type} does not have; write custom.{name} for a "
    "custom field": "braucht {name}, das ein Datensatz vom Typ {record_type} nicht hat; "
    "gegebenenfalls custom.{name} schreiben",
    "cannot be reached from {start}": "ist von {start} aus unerreichbar",
}

_RULES: Final = {
    "{cell} is {priority} but the milder {milder} is {milder_priority}": "{cell} ergibt {priority}"
    ", das mildere {milder} aber {milder_priority}",
    "no cell gives {level}": "keine Zelle ergibt {level}",
    "open {window}, the end of a night, but {start} is closed or ends earlier (C2)": "offen "
    "{window}: das Ende einer Nacht der Woche; der {start} ist geschlossen oder endet früher "
    "(C2)",
    "the break {window} {name} is outside the hours of the date": "die Pause {window} {name} liegt "
    "außerhalb der Zeiten des Tages",
    "one holiday closes the date, another gives it hours; it is closed": "ein Feiertag schließt "
    "den Tag, ein anderer gibt ihm Zeiten; er bleibt geschlossen",
    "{name} has the hours of {weekday}, which has none; it stays closed": "{name} hat die Zeiten "
    "von {weekday}, das keine hat; der Tag bleibt geschlossen",
    "{condition}: is_in takes the values themselves, is_in(a, b), not a list": "{condition}: is_in "
    "nimmt einzelne Werte, is_in(a, b), keine Liste",
    "{path}: there is no field {name!r}; the nearest: {nearest}": "{path}: es gibt kein Feld "
    "{name!r}; am ähnlichsten: {nearest}",
    "{condition}: {path} is never {given}; the nearest: {nearest}": "{condition}: {path} ist nie "
    "{given}; am ähnlichsten: {nearest}",
    "{condition}: there is no kind of event {given}; the nearest: {nearest}": "{condition}: es "
    "gibt keine Ereignisart {given}; am ähnlichsten: {nearest}",
    "{condition}: {path} is {allowed}, never {given}": "{condition}: {path} ist {allowed}, nie "
    "{given}",
    "it is only ever paused: whenever start holds, pause does too": "sie ist immer angehalten: wo "
    "der Beginn gilt, gilt auch das Anhalten",
    "it never matches: {rules} every record": "sie gilt nie: {rules} jeden Datensatz",
    "{worse} has {worse_target} by {worse_name}, and {milder} has {milder_target} by "
    "{milder_name}": "{worse} hat {worse_target} nach {worse_name}, und {milder} hat "
    "{milder_target} nach {milder_name}",
    "it never attaches: whenever start holds, {condition} does too": "sie beginnt nie: wo der "
    "Beginn gilt, gilt auch {condition}",
    "no facts satisfy its condition": "nichts erfüllt ihre Bedingung",
    "no facts satisfy its resume": "nichts erfüllt ihre Fortsetzung",
    "no facts satisfy its start": "nichts erfüllt ihren Beginn",
    "no facts satisfy its stop": "nichts erfüllt ihr Ende",
    "a pause always cancels it: start and pause never hold together": "Anhalten storniert sie "
    "immer: Beginn und Anhalten gelten nie zusammen",
    "its pause asks whether {path} is set, which time does not change; write "
    'conditions.before("{path}"), or resume=conditions.reached("{path}")': "das Anhalten "
    "fragt, ob {path} gesetzt ist, was die Zeit nicht "
    'ändert; zu schreiben ist conditions.before("{path}") oder '
    'resume=conditions.reached("{path}")',
    "it never matches: {rules} every record that it is for": "sie gilt nie: {rules} jeden "
    "Datensatz, für den sie da ist",
    "{question} cannot be decided: {reason}": "{question} ist nicht entscheidbar: {reason}",
    "its target {target} is never reached in its calendar{when}": "das Ziel {target} wird in ihrem "
    "Kalender nie erreicht{when}",
}

_ESCALATIONS: Final = {
    "{delay} after {since}": "{delay} nach {since}",
    "{delay} after the level before": "{delay} nach der vorigen Stufe",
    "escalated manually": "von Hand eskaliert",
    "{why}, held back by an acknowledgement": "{why}, durch eine Bestätigung aufgehalten",
    "{why}, held back until contact hours": "{why}, bis zu den Kontaktzeiten aufgehalten",
    "{why}, held back until the row applied": "{why}, aufgehalten, bis die Zeile galt",
    "{why}, held back by a snooze": "{why}, durch eine Stummschaltung aufgehalten",
    "every {every} {unit} at {time}": "alle {every} {unit} um {time}",
    "the {clock} clock reached {point}": "die Uhr {clock} hat {point} erreicht",
    "the {clock} clock is due": "die Uhr {clock} ist fällig",
    "the {clock} clock is breached": "die Uhr {clock} ist verletzt",
    "{condition} held for {span}": "{condition} galt {span} lang",
    "{condition}": "{condition}",
    "{text}": "{text}",
    "{delay} after the row began": "{delay} nach dem Beginn der Zeile",
    "repetition {pass_} of: {why}": "Wiederholung {pass_} von: {why}",
    "no record can satisfy its condition": "kein Datensatz kann ihre Bedingung erfüllen",
    "earlier rows match every record that it matches: {rows}": "jeden Datensatz, für den "
    "sie da ist, nehmen die Zeilen davor: {rows}",
    "everybody must acknowledge, but the members of groups and roles are unknown: any "
    "acknowledgement counts; name people or an on-call schedule": "alle müssen quittieren, aber "
    "benachrichtigt werden Gruppen und Rollen, die niemanden mit Kennung nennen: jede Quittung "
    "zählt; Personen oder einen Bereitschaftsplan angeben",
    "none of its levels fires after a delay, so there is nothing to repeat": "keine ihrer Stufen "
    "kommt nach einer Frist, daher gibt es nichts zu wiederholen",
    "no definition is of the kind or name {clock!r}": "nichts hat diese Art oder diesen Namen: "
    "{clock!r}",
    "the level above it never fires": "die Stufe darüber kommt nie",
    "{since} is set only while the record is not open, when no level fires": "{since} ist nur "
    "gesetzt, wenn der Datensatz nicht offen ist, und dann ist Ruhe",
    "its condition never holds where the row applies": "ihre Bedingung gilt nie, wo die Zeile gilt",
    "its condition holds only while the record is not open": "ihre Bedingung gilt nur, wenn der "
    "Datensatz nicht offen ist",
    "its contact hours never open again": "ihre Kontaktzeiten öffnen nie mehr",
    "the calendar of its delay never has that much open time again": "der Kalender ihrer Frist "
    "ist nie mehr so lange offen",
    "falls due after {delay}, before the level above it": "wird nach {delay} fällig, vor der Stufe "
    "darüber",
    "falls due after {elapsed} on the clock of {definition!r}, before the level above it": "wird "
    "nach {elapsed} auf der Uhr von {definition!r} fällig, vor der Stufe darüber",
    "{point} of {definition!r} is at its start or before": "{point} von {definition!r} ist der "
    "Beginn oder liegt davor",
    "counts from the acknowledgement that silences it: set until='resolved'": "zählt ab der "
    "Bestätigung, die sie zum Schweigen bringt: until='resolved' setzen",
    "its condition reads a field that recording a delivery changes": "ihre Bedingung liest, was "
    "das Vermerken einer Zustellung ändert",
    "recording its delivery changes {since}, so that it starts again": "das Vermerken ihrer "
    "Zustellung verschiebt {since}, ab dem sie neu zählt",
    "its condition reads a field that recording its delivery changes": "ihre Bedingung liest, was "
    "das Vermerken ihrer Zustellung ändert",
    "notifies nobody while {fields}: add a target, or a condition to the row": "erreicht "
    "niemanden, solange {fields}: ein Ziel oder eine Bedingung der Zeile ergänzen",
    "nobody is on call at {at}, which notifies nobody while {fields}": "um {at} hat niemand "
    "Bereitschaft; niemand wird erreicht, solange {fields}",
    "nobody is on call at {at}": "um {at} hat niemand Bereitschaft",
    "the override from {at} names {person!r}, who is not on call then": "die Vertretung ab {at} "
    "nennt {person!r}, aber {person!r} hat dann keine Bereitschaft",
    "the override from {at} names {person!r}, who is not on call then; nearest: {near}": "die "
    "Vertretung ab {at} nennt {person!r}, aber {person!r} hat dann keine Bereitschaft; am "
    "ähnlichsten: {near}",
    "nobody else is on call in the year after {at}": "im Jahr nach {at} hat sonst niemand "
    "Bereitschaft",
    "the step of {person!r} {step} after the page is not before the next level, {wait} "
    "after it": "der Schritt von {person!r} {step} nach dem Ruf kommt nicht vor der folgenden "
    "Stufe, {wait} nach ihm",
}

_UPDATES: Final = {
    "{span} after the start": "{span} nach dem Beginn",
    "{span} after the update before": "{span} nach der vorigen Mitteilung",
    "{span} after the change": "{span} nach der Änderung",
    "{span} after the end": "{span} nach dem Ende",
    "no record satisfies its condition": "kein Datensatz erfüllt ihre Bedingung",
    "the earlier rule {rule_name!r} matches every record that it matches": "jeden Datensatz, für "
    "den sie da ist, nimmt die Regel {rule_name!r} davor",
    "where it applies, its {part} always holds: no regular update is ever due": "wo sie gilt, gilt "
    "auch immer {part}: keine regelmäßige Mitteilung wird je fällig",
    "it never applies when its ends holds: no final update is ever due": "sie gilt nie, wenn ihr "
    "Ende erfüllt ist: keine Schlussmitteilung wird je fällig",
    "the {kind} update is due before its notice of {notice} is over": "die Mitteilung {kind} wird "
    "fällig, bevor ihre Vorwarnzeit von {notice} vorbei ist",
    "no record has a field {path!r}": "kein Datensatz hat ein Feld {path!r}",
    "its hours do not leave {span} after {at}: no {kind} update would ever be due": "ihre Zeiten "
    "lassen nach {at} keine {span}: keine Mitteilung {kind} würde je fällig",
}

_DESK: Final = {
    "some records have no service; add a last agreement without when": "manche Datensätze haben "
    "keine Vereinbarung; zuletzt eine ohne Bedingung angeben",
    "no target for {levels}; add else = a target": "kein Ziel für {levels}; ein sonstiges "
    "Ziel ergänzen",
    "earlier rules match every record that it matches": "die Regeln davor nehmen jeden "
    "Datensatz, für den sie da ist",
    "{fields} may change during a ticket; set on_change = keep_elapsed, restart or retroactive": ""
    "{fields} kann sich ändern; on_change = keep_elapsed, restart oder retroactive angeben",
    "level {level} waits for the {clock} clock, which {who} does not have": "Stufe {level} wartet "
    "auf die Uhr {clock}, die {who} nicht hat",
    "{clock} of {worse} is later than that of {milder}": "{clock} bei {worse} ist später als bei "
    "{milder}",
    "the response of {level} ({one}) is later than its resolution ({other})": "die Reaktion bei "
    "{level} ({one}) ist später als die Lösung ({other})",
    "{point} does not lie after the start of the {clock} clock of {target}": "{point} liegt nicht "
    "nach dem Beginn der Uhr {clock} von {target}",
    "{point} lies far beyond the due time (clock: {clock})": "{point} liegt weit hinter der "
    "Fälligkeit (Uhr: {clock})",
    "{path}: the desk does not declare it; add {name} to {key}": "{path}: nicht vereinbart; "
    "nehmen Sie {name} in {key} auf",
    "level {level} is due at the same time as the one before; combine them": "Stufe {level} "
    "kommt zur selben Zeit wie die davor; aus beiden eine machen",
    "level {level} counts from the one before, which waits for the {clock} clock; put levels that "
    "wait for a clock last, or set at = a later point": "Stufe {level} zählt ab der davor, die auf "
    "die Uhr {clock} wartet; Stufen, die auf eine Uhr warten, ans Ende setzen, oder at = ein "
    "späterer Punkt angeben",
    "stage {stage} needs {need} approvals": "Stufe {stage} braucht {need} Genehmigungen",
    "stage {stage} has {within}; no target is longer than {longest}": "Stufe {stage} hat {within}; "
    "kein Ziel ist länger als {longest}",
    "{worse} is longer than {milder}": "{worse} ist länger als {milder}",
    '{days} days of open time from {start} on end on {end}; for business days write "{days} '
    'business days"': "{days} Tage offener Zeit ab {start} enden am {end}; für Arbeitstage "
    "gibt es eine eigene Angabe",
    '{days} days of open time from {start} on never end; for business days write "{days} '
    'business days"': "{days} Tage offener Zeit ab {start} enden nie; für Arbeitstage "
    "gibt es eine eigene Angabe",
    "it closes after {close}, but may be reopened only within {within}": "sie schließt nach "
    "{close}, kann aber nur innerhalb von {within} wieder eröffnet werden",
    "its business days count in the calendar {calendar}, the first of {count}; set {key} to state "
    "which": "seine Arbeitstage zählen im Kalender {calendar}, dem ersten von {count}; {key} legt "
    "einen fest",
    "its pause does not hold in {state}, so the wait for an approval counts": "seine Uhren ruhen "
    "nicht in {state}, also zählt das Warten auf eine Genehmigung",
    "its holidays end in {year}; targets reach to {until}": "seine Feiertage enden {year}; Ziele "
    "reichen bis {until}",
    "times without an offset are read as UTC, the zone of the desk; state {key} in {table}": ""
    "Zeiten ohne UTC-Versatz gelten als UTC, die Zeitzone der Regeln; {key} in {table} angeben",
    "{name} in a condition means the field that every record has; write {path} for your own "
    "field": "{name} meint in Bedingungen das Feld, das jeder Vorgang hat; {path} meint das eigene",
    "nothing that depends on a date was checked; set {key} to check it": "was von einem Tag "
    "abhängt, wurde nicht geprüft; {key} sagt, ab wann",
    "nobody is on call in {count} stretches within {days} days": "in {count} Abschnitten innerhalb "
    "von {days} Tagen hat niemand Bereitschaft",
    "records are routed to this group, and no escalation names it": "Datensätze gehen an diese "
    "Gruppe, und keine Eskalation nennt sie",
    "no clock starts or runs in {state}": "keine Uhr beginnt oder läuft in {state}",
    "no rule covers incidents in this state": "keine Regel gilt für Störungen in diesem Zustand",
    "the manual escalation moves {matrices}; name the one meant: matrix=": "die Eskalation von "
    "Hand bewegt {matrices}; gemeint ist eine davon: matrix=",
    "{why}": "{why}",
}

_TARGETS: Final = {
    "{name}": "{name}",
    "one of {members} by {name}": "der Reihe nach {members} nach {name}",
    "role {name}": "Rolle {name}",
    "person {name}": "Person {name}",
    "on call for {name}": "Bereitschaft für {name}",
    "next on call for {name}": "nächste Bereitschaft für {name}",
    "whoever is {name}": "wer {name} ist",
    "manager of {name}": "Leitung von {name}",
}


GERMAN: Final = Words(
    language="de",
    twins={
        **_TRACE,
        **_REFUSALS,
        **_HISTORY,
        **_GUARDS,
        **_LIFECYCLE,
        **{f"perhaps {text}": f"vielleicht {twin}" for text, twin in _LIFECYCLE.items()},
        **_RULES,
        **_ESCALATIONS,
        **_UPDATES,
        **_DESK,
        **DRILLS,
        **FORECASTS,
        **_TARGETS,
        **EXCLUDED,
        **EXPLAINED,
        **PAGES,
        **FIGURES,
        **{f"{text}.": f"{twin}." for text, twin in FIGURES.items() if text[-1] != "."},
        **FOUND,
    },
    day_time=partial(named_time, _DAYS.split(), _MONTHS.split(), "."),
    number=lambda text: _MARK.sub(lambda mark: "," if mark[0] == "." else ".", text),
)
"""German, with dates such as ``Mi 23. Dez. 17:40``."""
