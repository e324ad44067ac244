"""Guess the field of a column from its heading."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from incidentcore.vendors.kit.entries import MOMENTS
from incidentcore.vendors.kit.findings import shown
from incidentcore.vendors.kit.paths import composed
from incidentcore.vendors.kit.tables import fold
from incidentcore.vendors.time_formats import formats_of
from incidentcore.words import Phrase

TITLES: Final = 30  # rows in which headings are looked for, below title lines

# Words of headings by field, the surest first, in eight languages. A column is guessed once; words
# such as "Ticket" before a heading and "On", "At", "Date" or "Name" behind it do not matter.
_WORDS: Final = {
    "id": "issue key, incident number, ticket number, key, number, id, no, no., ticket, nummer, "
    "incident, case number, nr, nr., vorgangsschlüssel, vorgangsnummer, ticketnummer, ticketnr, "
    "ticketnr., n°, numéro, numéro du ticket, numéro de ticket, identifiant, número, "
    "número de ticket, número de incidencia, identificador, id de ticket, clave de incidencia, "
    "clé de ticket, id del ticket, id du ticket, #, call number, alert id, conversation id, "
    "reference, meldungsnummer, vorgangsnr, vorgangsnr., störungsnummer, fallnummer, nº, n.º, "
    "n° de ticket, n° ticket, n° d'incident, numéro d'incident, nº de incidencia, nº de ticket, "
    "record number, request number, reference number, t#, anfrage id, incidentnummer, "
    "meldingsnummer, aanvraagnummer, número do chamado, número do ticket, número do incidente, "
    "id do ticket, id do chamado, chamado, numero, numero ticket, numero incidente, id ticket, "
    "番号, チケット番号, インシデント番号, 管理番号, 課題キー, キー, vorgang, número de caso",
    "opened": "opened, created, creation, opening, open time, raised, submitted, submit, reported, "
    "logged, open dt, create date, initiated, call date, request time, geöffnet, erstellt, "
    "eröffnet, angelegt, erfasst, gemeldet, eröffnungsdatum, erstellungsdatum, erstelldatum, "
    "meldedatum, erfassungsdatum, meldungsdatum, date d'ouverture, date ouverture, ouvert, créé, "
    "date de création, création, abierto, creado, creada, fecha de apertura, fecha de creación, "
    "erstellungszeit, create, entered, open, start, started, begin, beginn, datum, date, fecha, "
    "aangemaakt, aangemeld, geopend, gemeld, aanmaakdatum, openingsdatum, meldingsdatum, criado, "
    "criada, aberto, aberta, data de abertura, data de criação, abertura, criação, creato, creata, "
    "aperto, aperta, data di apertura, data apertura, data di creazione, data creazione, 作成日時, "
    "作成日, オープン日時, 登録日時, 登録日, 起票日時, 起票日, 受付日時, 受付日, 作成",
    "resolved": "resolved, last resolved, resolved dt, resolution date, solved, done, completed, "
    "gelöst, erledigt, behoben, lösungsdatum, erledigungsdatum, date de résolution, résolu, "
    "resuelto, resuelta, solucionado, fecha de resolución, fecha de solución, complete, end, "
    "ended, ende, fixed, resolutiondate, opgelost, oplosdatum, datum opgelost, gereed, resolvido, "
    "resolvida, data de resolução, data da resolução, data de solução, data de conclusão, "
    "concluído, risolto, risolta, data di risoluzione, data risoluzione, 解決日時, 解決日, "
    "完了日時, 完了日, 解決",
    "closed": "closed, last closed, closing, close, close dt, closed dt, schließzeit, afgemeld, "
    "geschlossen, abgeschlossen, abschlussdatum, schließdatum, date de clôture, date de fermeture, "
    "clos, clôturé, fermé, cerrado, cerrada, fecha de cierre, gesloten, afgesloten, "
    "sluitingsdatum, fechado, fechada, encerrado, encerrada, data de fechamento, "
    "data de encerramento, chiuso, chiusa, data di chiusura, data chiusura, クローズ日時, "
    "クローズ日, 終了日時",
    "canceled": "canceled, cancelled, storniert, abgebrochen, annulé, cancelado",
    "restored": "restored, service restored, wiederhergestellt, restauré, restablecido",
    "occurred": "occurred, occurrence, aufgetreten",
    "detected": "detected, detection, erkannt, entdeckt",
    "acknowledged": "acknowledged, acked, accepted, quittiert, acquitté",
    "responded": "first response, first responded, first reply, responded, initial response time, "
    "first response time, first reply time, first teammate reply, first agent reply, "
    "erste antwort, erste reaktion, première réponse, primera respuesta, eerste reactie, "
    "eerste antwoord, primeira resposta, prima risposta, 初回応答日時, 初回応答, 一次回答日時",
    "updated": "updated, last update, last updated, sys updated, modified, last modified, modify, "
    "changed, last changed, aktualisiert, geändert, zuletzt aktualisiert, zuletzt geändert, "
    "letzte aktualisierung, letzte änderung, änderungsdatum, mis à jour, mise à jour, modifié, "
    "dernière mise à jour, dernière modification, date de modification, actualizado, actualizada, "
    "última actualización, última modificación, bijgewerkt, laatst bijgewerkt, gewijzigd, "
    "laatst gewijzigd, wijzigingsdatum, atualizado, atualizada, última atualização, "
    "data de atualização, modificado, última modificação, aggiornato, aggiornata, "
    "ultimo aggiornamento, ultima modifica, 更新日時, 更新日, 最終更新日時, 最終更新日, 更新",
    "state": "state, status, ticketstatus, status der anfrage, zustand, statut, état, estado, "
    "stage, phase, situação, stato, ステータス, 状態",
    "priority": "priority, prio, priorität, priorité, prioridad, severity, importance, "
    "wichtigkeit, importancia, prioriteit, prioridade, priorità, 優先度, 優先順位, 重要度",
    "impact": "impact, auswirkung, impacto, impatto, 影響度",
    "urgency": "urgency, dringlichkeit, urgence, urgencia, urgentie, urgência, urgenza, 緊急度",
    "title": "short description, brief description, summary, subject, title, ticket name, message, "
    "kurzbeschreibung, zusammenfassung, betreff, thema, titel, titre, intitulé, objet, sujet, "
    "description courte, description brève, brève description, résumé, título, asunto, resumen, "
    "descripción breve, descripción corta, problem, störung, onderwerp, samenvatting, "
    "korte omschrijving, korte beschrijving, assunto, resumo, descrição resumida, descrição breve, "
    "descrição curta, oggetto, titolo, riepilogo, descrizione breve, breve descrizione, 件名, "
    "タイトル, 要約, 概要",
    "category": "category, kategorie, catégorie, categoría, categorie, categoria, カテゴリ, "
    "カテゴリー",
    "service": "business service, service, dienst, servicio, serviço, servizio, サービス",
    "configuration_item": "configuration item, cmdb ci, ci, konfigurationselement, "
    "élément de configuration, elemento de configuración, configuratie item, item de configuração, "
    "elemento di configurazione, 構成アイテム",
    "group": "assignment group, assigned group, group, owner team, assigned team, group assigned, "
    "team assigned, owned by team, operator group, admin group, assigned to technician group, "
    "attribué à groupe de techniciens, team, queue, zuweisungsgruppe, zugewiesene gruppe, "
    "zuständige gruppe, bearbeitergruppe, supportgruppe, gruppe, verantwortliche rolle, "
    "groupe d'affectation, groupe assigné, groupe, grupo de asignación, grupo asignado, grupo, "
    "equipo, helpdesk team, support team, board, toewijzingsgroep, behandelgroep, "
    "behandelaarsgroep, oplosgroep, groep, grupo de atribuição, grupo atribuído, equipe, fila, "
    "gruppo di assegnazione, gruppo assegnato, gruppo, アサイングループ, 割り当てグループ, "
    "担当グループ, グループ",
    "assignee": "assigned to, assignee, owner, agent, technician, operator, owned by, "
    "agent assigned, teammate assigned, verantwortlicher, besitzer, zugewiesen an, zugewiesen zu, "
    "zugewiesene person, zuständig, bearbeiter, techniker, attribué à, assigné à, affecté à, "
    "technicien, asignado a, agente, técnico, toegewezen aan, behandelaar, eigenaar, atribuído a, "
    "atribuído para, atribuído, responsável, assegnato a, assegnatario, operatore, tecnico, "
    "担当者, 割り当て先, アサイン先",
    "caller": "caller, requester, reporter, requester id, customer user, requestors, author, "
    "contact, request user, customer display, caller id, reported by, requested by, raised by, "
    "submitted by, auteur, kundenbenutzer, anrufer, autor, melder, anforderer, antragsteller, "
    "gemeldet von, demandeur, appelant, rapporteur, solicitante, informador, aanvrager, aanmelder, "
    "beller, indiener, requerente, relator, richiedente, chiamante, 依頼者, 報告者, 申請者, 起票者",
}
_BEFORE: Final = re.compile(
    r"\b(?:current|ticket|incident|issue|case|request|date(?:/time)?|datum) \b|^fields\."
)
_BEHIND: Final = re.compile(
    r" (?:no\.?|on|at|am|um|le|el|op|em|il|date|date[ /]time|datum|name)$|\.name$"
    r"|(?<!first response)(?<!reply) time$"
)
_BRACKETS: Final = re.compile(r"[\[(][^\])]*[\])]|[*+#:]+$")
_UNIT: Final = (
    r"(?:w|d|h|m|s|j|weeks?|days?|hours?|hrs?|minutes?|mins?|seconds?|secs?|wochen?|tagen?|tage?|"
    r"std|stunden?|min|minuten?|sek|sekunden?|semaines?|jours?|heures?|secondes?|días?|horas?|"
    r"minutos?|segundos?)"
)
_DURATION: Final = re.compile(
    rf"P[\dYMWDTHS.,]+|(?:\d+(?:[.,]\d+)? ?{_UNIT}\b\.?,? ?)+(?:\d+:\d\d(?::\d\d)?)?"
    r"|\d+ ?h ?\d\d(?: ?m(?:in)?(?: ?\d\d ?s?)?)?"
    r"|[+-]?(?:\d+\.)?\d+:\d\d(?::\d\d(?:[.,]\d+)?)?(?: ?(?:h(?:rs)?|[ap]\.?m\.?))?"
    r"|-?\d+(?:[.,]\d+)?",
    re.IGNORECASE,
)
_IN_UNIT: Final = re.compile(rf"[\[(](?:in )?{_UNIT}\.?[\])]", re.IGNORECASE)
_CUSTOM: Final = re.compile(
    r"^(?:custom field|benutzerdefinierte\w* feld\w*) \((.+)\)$", re.IGNORECASE
)
_UNSEEN: Final = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_MOMENT: Final = re.compile(
    r"\b(?:date|time|day|jour|heure|fecha|hora|data|tijd)\b"
    r"|\b(?:on|at|am|um|le|el|op|em|il|a las|d'|de|di)\b"
    r"|(?:datum|uhrzeit|zeit)\b"
)
_TIMES: Final = ("opened", "updated", "occurred", "detected", *MOMENTS)
_KNOWN: Final = frozenset(word for words in _WORDS.values() for word in fold(words).split(", "))


def _heading(name: str) -> str:
    """Return a heading without what does not matter, such as "On" of "Created On"."""
    name = _CUSTOM.sub(r"\1", name)
    text = fold(_CAMEL.sub(" ", _BRACKETS.sub("", name).partition(" - ")[0]))
    text = text.replace("fecha/hora", "fecha").replace("date/heure", "date")
    return _BEHIND.sub("", _BEHIND.sub("", _BEFORE.sub("", text)))  # as in "Opened At Date"


def guessed(columns: tuple[str, ...], values: Mapping[int, Counter[str]]) -> dict[int, str]:
    """Return the field that each column's name suggests, by its position.

    Words without a digit, such as flags, are not times, nor are numbers and durations.
    """
    flags = {place for place, name in enumerate(columns) if _IN_UNIT.search(name)} | {
        place
        for place, texts in values.items()
        if [*texts] != ["1"]  # which proves nothing
        and all(
            not any(map(str.isdigit, text)) or (_DURATION.fullmatch(text) and not formats_of(text))
            for text in texts
        )
    }
    whole, short = [fold(name) for name in columns], [_heading(name) for name in columns]
    named = [*enumerate(whole), *enumerate(short)]
    taken: dict[int, str] = {}
    for field, words in _WORDS.items():
        places = (at for word in fold(words).split(", ") for at, name in named if name == word)
        unfit = {*taken, *(flags if field in _TIMES else ())}
        place = next((place for place in places if place not in unfit), None)
        if place is not None:
            taken[place] = field
    return taken


def date_and_time(day: str, clock: str) -> bool:
    """Return whether one heading is of the date of a moment, and the other of its time of day."""
    first, second = (_MOMENT.sub("", fold(name)).strip() for name in (day, clock))
    return first == second and fold(day) != fold(clock)


def plain_name(name: str) -> str:
    """Return a heading with single spaces, composed letters, and no characters without a width."""
    return " ".join(composed(_UNSEEN.sub("", name)).split())


def known(names: Iterable[object]) -> int:
    """Return how many names are headings known from tickets."""
    forms = ({fold(name), _heading(str(name))} for name in names if name)
    return sum(not form.isdisjoint(_KNOWN) for form in forms)


def heading_row(rows: Sequence[Sequence[Any]]) -> int:
    """Return the place of the headings, below title lines if these are beyond doubt.

    A row is that place if it has more cells than any row above (or as many, below a blank line),
    fewer than two headings are known above it, and two are known in it. Three or more distinct
    words are enough if each title line is one cell. Of headings in two rows, whose merged cells are
    in both, the second row is that place.
    """
    widest = names = last = 0
    above: set[str] = set()
    for place, row in enumerate(rows):
        cells = [str(cell).strip() for cell in row if cell is not None and str(cell).strip()]
        count = known(cells)
        is_wider = len(cells) > widest or (len(cells) == widest and not last and not names)
        is_above = place and is_wider and names < 2
        is_words = len({*cells}) == len(cells) > 2 and not any(one[0].isdigit() for one in cells)
        if is_above and (count > 1 or (widest == 1 and is_words)):
            return place
        if count > names > 1 and above < {*cells}:
            return place
        above.update(cell for cell in cells if known([cell]))
        widest, names, last = max(widest, len(cells)), max(names, count), len(cells)
    return 0


def note_titles(notes: list[tuple[str, str]], rows: Sequence[Sequence[Any]]) -> None:
    """Note the lines above the headings, which are left out."""
    if rows:
        texts = (" ".join(str(cell) for cell in row if cell not in (None, "")) for row in rows)
        text = "title lines above the headings are left out: {titles}"
        notes.append(("title_lines", Phrase(text, titles=tuple(map(shown, texts)))))
