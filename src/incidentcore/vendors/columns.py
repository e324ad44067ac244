"""Describe a table: its columns with a few values, and a suggested mapping to copy."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import attrs

from incidentcore.lifecycle import INCIDENT
from incidentcore.values import State
from incidentcore.vendors.cells import LEVELS, TIMES
from incidentcore.vendors.kit.findings import shown
from incidentcore.vendors.kit.tables import BOOLEANS, STANDARD_STATES, LevelTable, fold
from incidentcore.vendors.kit.times import in_english
from incidentcore.vendors.tabular import FIRST_ROWS, Table, open_table

__all__ = ["Column", "ColumnsPage", "describe_columns"]

_VALUES: Final = 3
_DAYS: Final = (
    *("%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y", "%m/%d/%Y", "%m/%d/%y", "%d-%m-%Y", "%m-%d-%Y"),
    *("%Y/%m/%d", "%d/%b/%y", "%d %b %Y", "%d-%b-%Y", "%b %d, %Y,", "%d. %B %Y"),
    *("%d-%b-%y", "%d %B %Y", "%d %B %Y à", "%b %d, %Y", "%B %d, %Y", "%B %d, %Y at"),
    *("%d.%m.%Y,", "%d/%m/%Y,", "%m/%d/%Y,"),
)
_HALF_DAYS: Final = (" %I:%M:%S %p", " %I:%M %p", " %I:%M%p")
_CLOCKS: Final = (" %H:%M:%S.%f", " %H:%M:%S", " %H:%M", *_HALF_DAYS, "")
_WHOLE: Final = (
    *("%d.%m.%Y %H:%M Uhr", "%d/%m/%Y %Hh%M", "%H:%M %d/%m/%Y", "%H:%M %d.%m.%Y"),
    *("%a, %d %b %Y %H:%M:%S %z", "%a %b %d %H:%M:%S %Y"),
)
_DIGITS: Final = {"epoch_s": 10, "epoch_ms": 13, "%Y%m%d%H%M%S": 14}
_FORMATS: Final = (*(day + clock for day in _DAYS for clock in _CLOCKS), *_WHOLE, *_DIGITS)
_TIMED: Final = 50  # columns looked at for times
_WORD_COUNT: Final = 30  # words of a state or level that are listed
_ISO: Final = "iso"
_DATED: Final = re.compile(r"\d{1,4}[-./ ]\w{1,9}\.?[-./ ]+\d{2,4}|[A-Za-z]{3} \d{1,2},")
# Profiles with columns or keys that their files have and a table of the caller does not.
_SHAPES: Final = (
    ("jira", "key, fields"),
    ("pagerduty", "incident_number, html_url"),
    ("pagerduty", "log_entries"),
    ("statuspage", "incident_updates"),
    ("servicenow", "sys_id, sys_created_on"),
    ("servicenow", "sys_audit"),
    ("zendesk", "requester_id, submitter_id"),
    ("zendesk", "audits"),
    ("happyfox", "display_id, updates"),
    ("freshservice", "responder_id, fr_escalated"),
    ("jira-csv", "Issue key, Issue id, Created"),
    ("glpi-csv", "ID, Opening date"),
)
# Words of headings by field, the surest first, in four languages. A column is guessed once; words
# such as "Ticket" before a heading and "On", "At", "Date" or "Name" behind it do not matter.
_WORDS: Final = {
    "id": "issue key, incident number, ticket number, key, number, id, no, no., ticket, nummer, "
    "incident, case number, nr, nr., vorgangsschlüssel, vorgangsnummer, ticketnummer, ticketnr, "
    "ticketnr., n°, numéro, numéro du ticket, numéro de ticket, identifiant, número, "
    "número de ticket, número de incidencia, identificador, id de ticket, clave de incidencia, "
    "clé de ticket, id del ticket, id du ticket, #, call number, alert id, conversation id, "
    "reference, meldungsnummer",
    "opened": "opened, created, creation, opening, open time, raised, submitted, submit, "
    "reported, logged, open dt, create date, initiated, call date, request time, geöffnet, "
    "erstellt, eröffnet, angelegt, erfasst, gemeldet, eröffnungsdatum, erstellungsdatum, "
    "erstelldatum, meldedatum, erfassungsdatum, meldungsdatum, date d'ouverture, date ouverture, "
    "ouvert, créé, date de création, création, abierto, creado, creada, fecha de apertura, "
    "fecha de creación",
    "resolved": "resolved, last resolved, resolved dt, resolution date, solved, done, completed, "
    "gelöst, erledigt, behoben, lösungsdatum, erledigungsdatum, date de résolution, résolu, "
    "resuelto, resuelta, solucionado, fecha de resolución, fecha de solución",
    "closed": "closed, last closed, closing, close, close dt, closed dt, schließzeit, "
    "geschlossen, abgeschlossen, abschlussdatum, schließdatum, date de clôture, "
    "date de fermeture, clos, clôturé, fermé, cerrado, cerrada, fecha de cierre",
    "acknowledged": "acknowledged, accepted, quittiert, acquitté",
    "responded": "first response, first responded, first reply, responded, initial response time, "
    "first teammate reply, first agent reply, erste antwort, erste reaktion, première réponse, "
    "primera respuesta",
    "updated": "updated, last update, last updated, sys updated, modified, last modified, modify, "
    "changed, last changed, aktualisiert, geändert, zuletzt aktualisiert, zuletzt geändert, "
    "letzte aktualisierung, letzte änderung, änderungsdatum, mis à jour, mise à jour, modifié, "
    "dernière mise à jour, dernière modification, date de modification, actualizado, actualizada, "
    "última actualización, última modificación",
    "state": "state, status, ticketstatus, zustand, statut, état, estado",
    "priority": "priority, prio, priorität, priorité, prioridad, severity",
    "impact": "impact, auswirkung, impacto",
    "urgency": "urgency, dringlichkeit, urgence, urgencia",
    "title": "short description, brief description, summary, subject, title, ticket name, "
    "message, kurzbeschreibung, zusammenfassung, betreff, thema, titel, titre, intitulé, objet, "
    "sujet, description courte, description brève, résumé, título, asunto, resumen, "
    "descripción breve, descripción corta",
    "category": "category, kategorie, catégorie, categoría",
    "service": "business service, service, dienst, servicio",
    "configuration_item": "configuration item, cmdb ci, ci, konfigurationselement, "
    "élément de configuration, elemento de configuración",
    "group": "assignment group, assigned group, group, owner team, assigned team, group assigned, "
    "team assigned, owned by team, operator group, admin group, assigned to technician group, "
    "attribué à groupe de techniciens, team, queue, zuweisungsgruppe, zugewiesene gruppe, "
    "zuständige gruppe, bearbeitergruppe, supportgruppe, gruppe, verantwortliche rolle, "
    "groupe d'affectation, groupe assigné, groupe, grupo de asignación, grupo asignado, grupo, "
    "equipo",
    "assignee": "assigned to, assignee, owner, agent, technician, operator, owned by, "
    "agent assigned, teammate assigned, verantwortlicher, besitzer, zugewiesen an, zugewiesen zu, "
    "zugewiesene person, zuständig, bearbeiter, techniker, attribué à, assigné à, affecté à, "
    "technicien, asignado a, agente, técnico",
    "caller": "caller, requester, reporter, requester id, customer user, requestors, author, "
    "contact, request user, customer display, caller id, auteur, kundenbenutzer, anrufer, autor, "
    "melder, anforderer, antragsteller, gemeldet von, demandeur, appelant, rapporteur, "
    "solicitante, informador",
}
_BEFORE: Final = re.compile(r"\b(?:current|ticket|incident|issue|case|request|date(?:/time)?) \b")
_BEHIND: Final = re.compile(
    r" (?:no\.?|on|at|am|le|el|date|date time|name)$|(?<!first response)(?<!reply) time$"
)
_BRACKETS: Final = re.compile(r"[\[(][^\])]*[\])]|[*+#:]+$")
_DURATION: Final = re.compile(r"\d+:\d\d(:\d\d)?( hrs)?")
_CUSTOM: Final = re.compile(
    r"^(?:custom field|benutzerdefinierte\w* feld\w*) \((.+)\)$", re.IGNORECASE
)
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


@attrs.frozen
class Column:
    """A column of a table.

    Attributes:
        name: Its name in the header.
        filled: The number of inspected rows in which it is not empty.
        values: A few of its distinct values.
        field: The field that its name suggests; empty if it suggests none.
        formats: The formats that fit all of its times; empty if these are in ISO 8601, or its
            values are not times.
        mixed: Where no single format fits most of its values, the formats and the number of values
            that each fits; formats that fit the same values are joined by " or ".
        words: Its distinct values, at most 30, if its name suggests a state or a level.
        distinct: The number of all these distinct values, also of those beyond 30.
    """

    name: str
    filled: int
    values: tuple[str, ...]
    field: str
    formats: tuple[str, ...] = ()
    mixed: tuple[tuple[str, int], ...] = ()
    words: tuple[str, ...] = ()
    distinct: int = 0


@attrs.frozen
class ColumnsPage:
    """A page about the columns of a file, as text or plain data.

    Attributes:
        rows: The number of inspected rows.
        columns: The columns, in order.
        notes: What was detected about the file.
        profile: The name of the ``read_profile`` profile that reads the file without a mapping;
            empty if there is none.
    """

    rows: int
    columns: tuple[Column, ...]
    notes: tuple[str, ...]
    profile: str = ""

    def to_plain(self) -> dict[str, Any]:
        """Return the page as plain data."""
        return {
            "rows": self.rows,
            "columns": [attrs.asdict(column) for column in self.columns],
            "map": self._mapping(),
            "notes": list(self.notes),
            "profile": self.profile,
        }

    def _mapping(self) -> dict[str, str | int]:
        """Return the column of each field: its name, or its place if another has the name too."""
        many, places = Counter(one.name for one in self.columns), enumerate(self.columns, 1)
        return {c.field: n if many[c.name] > 1 else c.name for n, c in places if c.field}

    def __str__(self) -> str:
        lines = [f"{len(self.columns)} columns, {self.rows:,} rows looked at", *self.notes, ""]
        for column in self.columns:
            values = ", ".join(shown(value) for value in column.values)
            field = f"  -> {column.field}" if column.field else ""
            lines.append(f"{column.name}{field}  ({column.filled:,} filled)  {values}")
        if self.profile:
            text = f"looks like what --profile {self.profile} reads, which needs no mapping"
            return "\n".join([*lines, "", text])
        formats = dict.fromkeys(form for column in self.columns for form in column.formats)
        if any(column.mixed for column in self.columns):
            lines += ["", *_mixed_lines(self.columns)]
        elif formats:
            lines += ["", "times that are not ISO 8601; state the format that is meant:"]
            lines += [f'--time-format "{form}"' for form in formats]
        for column in self.columns:
            lines += _word_lines(column)
        if guessed := self._mapping():
            pairs = " ".join(f'"{name}={column}"' for name, column in guessed.items())
            lines += ["", "a guess at the mapping, to check:", f"--map {pairs}"]
            named = ", ".join(f"{name} = {_quoted(column)}" for name, column in guessed.items())
            lines += ["", "the same for a desk file:", "[import]", f"map = {{ {named} }}"]
        if missing := [name for name in ("id", "opened") if name not in guessed]:
            title = "the first line must hold the headings: delete a title above them"
            lines += ["", f"still missing: {' and '.join(missing)}; choose a column for each"]
            lines += [title] if missing[1:] else []
        return "\n".join(lines)


def _mixed_lines(columns: Sequence[Column]) -> Iterator[str]:
    """Yield the formats of each column that mixes them, and the options that read all columns."""
    chosen: dict[str, None] = {}
    yield "times in several formats, each tried in this order:"
    for column in columns:
        chosen |= dict.fromkeys(column.formats[:1])
        chosen |= dict.fromkeys(form.partition(" or ")[0] for form, _ in column.mixed)
        if column.mixed:
            counts = [f"{count:,} as {form}" for form, count in column.mixed]
            rest = column.filled - sum(count for _, count in column.mixed)
            yield f"{column.name}: {', '.join([*counts, *([f'{rest:,} as none'] if rest else [])])}"
    yield " ".join(f'--time-format "{form}"' for form in chosen)


def _word_lines(column: Column) -> list[str]:
    """Return the words of a state or level, and the option that says what they mean."""
    if not column.words:
        return []
    more = column.distinct - len(column.words)
    words = ", ".join(map(shown, column.words)) + (f" and {more:,} more" if more else "")
    lines = ["", f"words of {column.name} ({column.field}): {words}"]
    if column.field == "state":
        option, prefix, name = "--states", "", "STATE"
        known = {w: s.name for w in column.words if (s := _state_of(w)) is not None}
        names = [state.name for state in INCIDENT.states]
    else:
        option, prefix, name = "--levels", f"{column.field}.", "LEVEL"
        table = LevelTable()
        found = {word: table.find(column.field, word) for word in column.words}
        known = {word: level.name for word, level in found.items() if level is not None}
        levels = sorted(getattr(table, column.field).values(), key=lambda level: level.rank)
        names = list(dict.fromkeys(level.name for level in levels))
    if len(known) < len(column.words):
        pairs = [shlex.quote(f"{prefix}{word}={known.get(word, name)}") for word in column.words]
        lines.append(f"{option} {' '.join(pairs)}")
        lines.append(f"with one of {', '.join(names)} for each {name}")
    return lines


def _state_of(word: str) -> State | None:
    state, is_known = STANDARD_STATES.find(word)
    return state if is_known else None


def _quoted(text: str | int) -> str:
    """Return a string in quotes, or a number, as TOML writes it."""
    if isinstance(text, int):
        return str(text)
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in escaped) + '"'


def describe_columns(path: str | Path) -> ColumnsPage:
    """Return a page that describes the columns of a table, from its first 200 rows.

    Raises:
        FormatError: The file cannot be read.
        OSError: The file cannot be opened.
    """
    table = open_table(path, strict=False)
    filled: dict[int, int] = {}
    values: dict[int, Counter[str]] = {}
    formats: dict[int, tuple[str, ...]] = {}
    count = 0
    for _, row in table.rows:
        cells = [row.get(n) for n in table.columns] if table.objects else row
        count += 1
        for place, cell in enumerate(cells[: len(table.columns)]):
            text = "" if cell is None else str(cell).strip()
            if text:
                filled[place] = filled.get(place, 0) + 1
                known = formats.get(place, _FORMATS) if place < _TIMED else ()
                if known:
                    ways = (text, *in_english(text))
                    formats[place] = tuple(f for f in known if any(_fits(w, f) for w in ways))
                values.setdefault(place, Counter())[text] += 1
        if count >= FIRST_ROWS:
            break
    fields = _guessed(table.columns, values)
    columns = []
    for place, name in enumerate(table.columns):
        texts, field = values.get(place, Counter()), fields.get(place, "")
        forms = dict.fromkeys(formats.get(place, ()))
        fits = tuple(
            form
            for form in forms
            if (field in TIMES or form not in _DIGITS)
            and ("%B" not in form or form.replace("%B", "%b") not in forms)
        )
        has_words = field in ("state", *LEVELS)
        columns.append(
            Column(
                name,
                filled.get(place, 0),
                tuple(texts)[:_VALUES],
                field,
                fits,
                _mixed(texts) if place < _TIMED and not formats.get(place) else (),
                tuple(texts)[:_WORD_COUNT] if has_words else (),
                len(texts) if has_words else 0,
            )
        )
    proven = {column.formats[0] for column in columns if len(column.formats) == 1}
    columns = [
        attrs.evolve(c, formats=tuple(f for f in c.formats if f in proven) or c.formats)
        for c in columns
    ]
    notes = tuple(action for _, action in table.notes)
    return ColumnsPage(count, tuple(columns), notes, _profile(table))


def _profile(table: Table) -> str:
    """Return the profile that the names of the columns show; empty if none."""
    if table.columns[:1] and table.columns[0].startswith("<"):
        return "xes"
    shapes = ((profile, set(keys.split(", "))) for profile, keys in _SHAPES)
    found = (
        profile
        for profile, keys in shapes
        if keys <= {*table.columns} and table.objects != profile.endswith("-csv")
    )
    return next(found, "")


def _mixed(texts: Counter[str]) -> tuple[tuple[str, int], ...]:
    """Return the formats that a column mixes, the most frequent first; empty if it is not times."""
    dated = {text: count for text, count in texts.items() if _DATED.match(text)}
    if 2 * sum(dated.values()) <= texts.total() or all(_fits(text, _ISO) for text in texts):
        return ()
    found: list[tuple[str, int]] = []
    while dated:
        fits = {form: {t for t in dated if _fits(t, form)} for form in (_ISO, *_FORMATS)}
        counts = {form: sum(dated[text] for text in fitting) for form, fitting in fits.items()}
        best = max(counts, key=lambda form: counts[form])
        if not counts[best]:
            break
        alike = [form for form in fits if fits[form] == fits[best]]
        found.append((" or ".join(alike), counts[best]))
        dated = {text: count for text, count in dated.items() if text not in fits[best]}
    is_most = 2 * sum(count for _, count in found) > texts.total()
    return tuple(found) if is_most and [form for form, _ in found] != [_ISO] else ()


def _fits(text: str, form: str) -> bool:
    with suppress(ValueError):
        if form == _ISO:
            return bool(datetime.fromisoformat(text))
        if form in _DIGITS:
            whole = text.partition(".")[0]
            return whole.isdecimal() and len(whole) == _DIGITS[form]
        return bool(datetime.strptime(text, form))  # noqa: DTZ007  only asked whether it can
    return False


def _heading(name: str) -> str:
    """Return a heading without what does not matter, such as "On" of "Created On"."""
    name = _CUSTOM.sub(r"\1", name)
    text = fold(_CAMEL.sub(" ", _BRACKETS.sub("", name).partition(" - ")[0]))
    return _BEHIND.sub("", _BEFORE.sub("", text))


def _guessed(columns: tuple[str, ...], values: Mapping[int, Counter[str]]) -> dict[int, str]:
    """Return the field that each column's name suggests, by its position.

    Flags and durations are not times.
    """
    flags = {
        place
        for place, texts in values.items()
        if all(
            (text.isalpha() and text.casefold() in BOOLEANS) or _DURATION.fullmatch(text)
            for text in texts
        )
    }
    whole, short = [fold(name) for name in columns], [_heading(name) for name in columns]
    named = [*enumerate(whole), *enumerate(short)]
    taken: dict[int, str] = {}
    for field, words in _WORDS.items():
        places = (at for word in fold(words).split(", ") for at, name in named if name == word)
        unfit = {*taken, *(flags if field in TIMES else ())}
        place = next((place for place in places if place not in unfit), None)
        if place is not None:
            taken[place] = field
    return taken
