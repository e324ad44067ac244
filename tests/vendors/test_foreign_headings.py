"""Lists exported in another language than English, or with the tool's names of its fields."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from unicodedata import normalize

import pytest

from incidentcore.errors import FormatError
from incidentcore.records import Incident
from incidentcore.values import Priority
from incidentcore.vendors import Import, describe_columns, read_table
from incidentcore.vendors.profiles import read_profile
from incidentcore.vendors.table_presets import SERVICENOW_LIST

RESOLVED = datetime(2026, 3, 2, 11, 30, tzinfo=UTC)
NAMES = "number,short_description,caller_id,priority,state,assignment_group,assigned_to,opened_at,"
LISTS: dict[str, tuple[str, str, str]] = {
    "German": (
        "servicenow-list",
        "Nummer;Geöffnet;Kurzbeschreibung;Anrufer;Priorität;Status;Zuweisungsgruppe;Gelöst",
        "INC1;02.03.2026 10:00:00;Druck;Kim;2 - Hoch;Gelöst;Netz;02.03.2026 12:30:00",
    ),
    "Japanese": (
        "servicenow-list",
        "番号,オープン日時,簡単な説明,優先度,ステータス,アサイン先グループ,解決日時",
        "INC1,2026-03-02 10:00:00,印刷,2 - 高,解決済み,Netz,2026-03-02 12:30:00",
    ),
    "names of fields": (
        "servicenow-list",
        f"{NAMES}resolved_at,closed_at",
        "INC1,Druck,Kim,2,6,Netz,Ada,2026-03-02 10:00:00,2026-03-02 12:30:00,",
    ),
    "German Jira": (
        "jira-csv",
        "Zusammenfassung,Vorgangsschlüssel,Status,Priorität,Autor,Erstellt,Erledigt,Kommentar",
        "Druck,INC1,Erledigt,Hoch,Kim,02/Mär/26 10:00 AM,02/Mär/26 12:30 PM,02/Mär/26 10:10 AM;u;A",
    ),
    "French Jira": (
        "jira-csv",
        "Résumé,Clé de ticket,État,Priorité,Rapporteur,Création,Résolu",
        "Druck,INC1,Terminé,Haute,Kim,02/mars/26 10:00 AM,02/mars/26 12:30 PM",
    ),
    "French GLPI": (
        "glpi-csv",
        "ID;Titre;Statut;Date d'ouverture;Priorité;Date de résolution",
        "7;Druck;Résolu;2026-03-02 10:00;Haute;2026-03-02 12:30",
    ),
}


@pytest.mark.parametrize("language", LISTS)
def test_a_list_in_a_language(tmp_path: Path, language: str) -> None:
    """Its columns are found by their headings, which a finding says; times are of Berlin."""
    profile, *lines = LISTS[language]
    path = tmp_path / "list.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    reading = read_profile(path, profile, zone="Europe/Berlin")
    [record] = reading
    assert record.opened_at == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert record.resolved_at == RESOLVED
    assert record.priority is not None
    assert record.priority.name == "high"
    assert reading.findings.counts["guessed_columns"] == 1
    comments = [event for event in record.history if event.kind == "commented"]
    assert len(comments) == ("Kommentar" in lines[0])


def read(*lines: str) -> Import[Incident]:
    """Read a list of ServiceNow, of which all headings are usual or none."""
    return read_table(list(lines), **{**SERVICENOW_LIST, "zone": "UTC"})


def test_a_list_with_the_usual_headings_is_not_guessed() -> None:
    """A column of another name beside them is a field of one's own."""
    [record] = (reading := read("Number,Opened,Gelöst", "INC1,2026-03-02 09:00:00,nein"))
    assert (record.resolved_at, record.custom["Gelöst"]) == (None, "nein")
    assert "guessed_columns" not in reading.findings.counts


def test_a_column_of_a_usual_name_is_not_another_field() -> None:
    """Of "Closed" and "Created", only the second is free to be the opening."""
    [record] = read("Number,Created,Closed,State", "INC1,2026-03-02 09:00:00,,Closed")
    assert (record.id, record.state.name) == ("INC1", "Closed")


def test_a_date_of_two_meanings_is_not_guessed() -> None:
    """A French list has the day first, but its headings do not prove it."""
    lines = ["Numéro,Ouvert,État", "INC1,02/03/2026 09:00:00,Nouveau"]
    reading = read(*lines)
    assert list(reading) == []
    assert reading.findings.counts["unreadable_time"] == 1
    stated = {**SERVICENOW_LIST, "zone": "UTC", "formats": "%d/%m/%Y %H:%M:%S"}
    [record] = read_table(lines, **stated)
    assert record.opened_at == datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_a_list_of_another_tool_is_refused() -> None:
    """The levels of two tools may mean the opposite, as in GLPI's list."""
    with pytest.raises(FormatError, match=r"no column for id \(Number\) or opened"):
        read("ID,Opening date,Priority", "1,2026-03-02 09:00:00,5")


def test_headings_that_nobody_knows_are_refused() -> None:
    """Neither an id nor an opening: the error lists what there is."""
    with pytest.raises(FormatError, match=r"no column for id \(Number\) or opened"):
        read("Foo,Bar", "1,2")


def test_the_texts_of_a_list_are_fields_of_the_record() -> None:
    """Labels as the form of an incident has them; the reason belongs to a hold."""
    [record] = read(
        "Number,Opened,State,Description,Channel,Service,Resolution code,Resolution notes",
        "INC1,2026-03-02 09:00:00,Closed,Since nine.,Phone,Mail,Solved,Restarted",
    )
    assert (record.description, record.source, record.service) == ("Since nine.", "Phone", "Mail")
    assert (record.resolution_code, record.resolution_notes) == ("Solved", "Restarted")
    [held] = read(
        "Number,Opened,State,On hold reason", "INC1,2026-03-02 09:00:00,On Hold,Awaiting Caller"
    )
    assert held.hold_reason == "Awaiting Caller"


def test_letters_with_their_accents_behind_them(tmp_path: Path) -> None:
    """Headings, states, levels, months and nobody are known as they are with one character."""
    heads = "Ticket;Créé le;Résolu le;Statut;Priorité;Affecté à"
    row = "7;2 févr. 2026 09:15;13 août 2026 10:15;Résolu;Élevée;Non attribué"
    path = tmp_path / "list.csv"
    path.write_text(normalize("NFD", f"{heads}\n{row}\n"), encoding="utf-8")
    page = describe_columns(path)
    forms = [form for column in page.columns for form in column.formats]
    mapping = {name: str(column) for name, column in page.to_plain()["map"].items()}
    reading = read_profile(path, "table", mapping=mapping, zone="UTC", formats=forms)
    [incident] = reading
    assert incident.opened_at == datetime(2026, 2, 2, 9, 15, tzinfo=UTC)
    assert incident.resolved_at == datetime(2026, 8, 13, 10, 15, tzinfo=UTC)
    assert incident.computed_priority == Priority.HIGH
    assert incident.assignee is None
