"""Columns described: the formats that fit them, headings guessed, profiles named."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from tests.vendors.test_event_log import solved

from incidentcore.cli import main
from incidentcore.serialization import xes_log
from incidentcore.vendors import (
    ColumnsPage,
    columns,
    describe_columns,
    read_table,
)


@pytest.mark.parametrize(
    ("cells", "formats"),
    [
        (["03.11.2026 08:15", "24.12.2026 23:59"], ["%d.%m.%Y %H:%M"]),
        (["03/11/2026", "04/11/2026"], ["%d/%m/%Y", "%m/%d/%Y"]),  # either order: the reader says
        (["03/11/2026", "13/11/2026"], ["%d/%m/%Y"]),
        (["03/11/2026 1:05 PM", "11/25/2026 12:00 AM"], ["%m/%d/%Y %I:%M %p"]),
        (["2026-03-11 08:15", "2026-03-12"], []),  # ISO 8601 needs none
        (["03.11.2026", "soon"], []),
        (["3.11", "7"], []),
        (["2 févr. 2026", "13 août 2026"], ["%d %b %Y"]),
        (["2.3.2026, 10:05:00"], ["%d.%m.%Y, %H:%M:%S"]),
        (["3/14/2026 8:00AM"], ["%m/%d/%Y %I:%M%p"]),
    ],
)
def test_the_formats_that_fit_a_column_are_named(
    tmp_path: Path, cells: list[str], formats: list[str]
) -> None:
    """Each format that reads all of its times, and none where one of them is something else."""
    path = tmp_path / "list.csv"
    path.write_text("\n".join(["Number;When", *(f"1;{cell}" for cell in cells)]), encoding="utf-8")
    page = describe_columns(path)
    assert list(page.columns[1].formats) == formats
    lines = str(page).splitlines()
    title = "times that are not ISO 8601; state the format that is meant:"
    assert (title in lines) == any(line.startswith("--time-format") for line in lines)
    assert [line for line in lines if line.startswith("--time-format")] == [
        f'--time-format "{form}"' for form in formats
    ]


def test_columns_are_described(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Names, a few values, and a mapping to copy."""
    path = tmp_path / "list.csv"
    path.write_text(
        "Number;Opened;Short description;Assigned to;Odd\nI1;2026-03-02;Mail;ada;\n",
        encoding="utf-8",
    )
    page = describe_columns(path)
    assert [(c.name, c.field) for c in page.columns] == [
        ("Number", "id"),
        ("Opened", "opened"),
        ("Short description", "title"),
        ("Assigned to", "assignee"),
        ("Odd", ""),
    ]
    assert page.columns[4].filled == 0
    assert main(["columns", str(path)]) == 0
    out = capsys.readouterr().out
    assert '--map "id=Number" "opened=Opened"' in out
    assert main(["columns", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["map"]["title"] == "Short description"


# What is said of two tables, whole.
WORDS = """\
Nummer;Eröffnet;Status;Priorität;Ähnlich
1;03/11/2026;Neu;P1;
2;04/11/2026;Geparkt;Eilig;3
---
5 columns, 2 rows looked at
fields are separated by ';'

Nummer  -> id  (2 filled)  '1', '2'
Eröffnet  -> opened  (2 filled)  '03/11/2026', '04/11/2026'
Status  -> state  (2 filled)  'Neu', 'Geparkt'
Priorität  -> priority  (2 filled)  'P1', 'Eilig'
Ähnlich  (1 filled)  '3'

times that are not ISO 8601; state the format that is meant:
--time-format "%d/%m/%Y"
--time-format "%m/%d/%Y"

words of Status (state): 'Neu', 'Geparkt'
--states Neu=new Geparkt=STATE
with one of new, in_progress, on_hold, resolved, closed, canceled for each STATE

words of Priorität (priority): 'P1', 'Eilig'
--levels priority.P1=LEVEL priority.Eilig=LEVEL
with one of critical, high, moderate, low, planning for each LEVEL

a guess at the mapping, to check:
--map "id=Nummer" "opened=Eröffnet" "state=Status" "priority=Priorität"

the same for a desk file:
[import]
map = { id = "Nummer", opened = "Eröffnet", state = "Status", priority = "Priorität" }
times = ["%d/%m/%Y", "%m/%d/%Y"]  # tried in this order: delete what is not meant
states = { "Neu" = "new", "Geparkt" = "STATE" }
levels.priority = { "P1" = "LEVEL", "Eilig" = "LEVEL" }
"""
MIXED = """\
Nummer;Eröffnet;Status
1;13.11.2026 10:00;Geparkt
2;2026-11-14 10:00;Neu
3;2026-11-15 10:00;Neu
4;soon;Neu
---
3 columns, 4 rows looked at
fields are separated by ';'

Nummer  -> id  (4 filled)  '1', '2', '3'
Eröffnet  -> opened  (4 filled)  '13.11.2026 10:00', '2026-11-14 10:00', '2026-11-15 10:00'
Status  -> state  (4 filled)  'Geparkt', 'Neu'

times in several formats, tried in this order; delete what is not meant:
--time-format "iso" --time-format "%d.%m.%Y %H:%M"

words of Status (state): 'Geparkt', 'Neu'
--states Geparkt=STATE Neu=new
with one of new, in_progress, on_hold, resolved, closed, canceled for each STATE

a guess at the mapping, to check:
--map "id=Nummer" "opened=Eröffnet" "state=Status"

the same for a desk file:
[import]
map = { id = "Nummer", opened = "Eröffnet", state = "Status" }
times = ["iso", "%d.%m.%Y %H:%M"]  # tried in this order: delete what is not meant
states = { "Geparkt" = "STATE", "Neu" = "new" }
"""


UNREADABLE = """\
Number;Opened;Priority
1;13.11.2026 10:00;Medium
2;14.11.2026 10:00;High
3;soon;High
---
3 columns, 3 rows looked at
fields are separated by ';'

Number  -> id  (3 filled)  '1', '2', '3'
Opened  -> opened  (3 filled)  '13.11.2026 10:00', '14.11.2026 10:00', 'soon'
Priority  -> priority  (3 filled)  'Medium', 'High'

times that are not ISO 8601; state the format that is meant:
--time-format "%d.%m.%Y %H:%M"

words of Priority (priority): 'Medium', 'High'
--levels priority.Medium=moderate priority.High=high

a guess at the mapping, to check:
--map "id=Number" "opened=Opened" "priority=Priority"

the same for a desk file:
[import]
map = { id = "Number", opened = "Opened", priority = "Priority" }
times = ["%d.%m.%Y %H:%M"]
levels.priority = { "Medium" = "moderate", "High" = "high" }
"""
EVENTS = """\
case,activity,time
1,Registered,2026-03-02T08:00Z
1,Solved,2026-03-02T10:30Z
2,Registered,2026-03-02T09:00Z
---
3 columns, 3 rows looked at

case  (3 filled)  '1', '2'
activity  (3 filled)  'Registered', 'Solved'
time  (3 filled)  '2026-03-02T08:00Z', '2026-03-02T10:30Z', '2026-03-02T09:00Z'

still missing: id and opened; choose a column for each

ids repeat; if each row is an event, this is an event log:
--profile events --map "case=case" "activity=activity" "at=time"
"""


@pytest.mark.parametrize("whole", [WORDS, MIXED, UNREADABLE, EVENTS])
def test_a_page_line_by_line(tmp_path: Path, whole: str) -> None:
    """Columns, formats, words and the mapping, for a command and for a desk file."""
    table, _, page = whole.partition("---\n")
    path = tmp_path / "list.csv"
    path.write_text(table, encoding="utf-8")
    assert str(describe_columns(path)).splitlines() == page.splitlines()


def test_the_format_of_another_column_is_chosen_too(tmp_path: Path) -> None:
    """Where one column mixes formats, all that are needed are tried in order."""
    path = tmp_path / "list.csv"
    rows = "1;13.11.2026 10:00;12/31/2026\n2;2026-11-14 10:00;12/30/2026\n"
    path.write_text(f"Number;Opened;Resolved\n{rows}", encoding="utf-8")
    forms = ("iso", "%d.%m.%Y %H:%M", "%m/%d/%Y")
    (line,) = (line for line in str(describe_columns(path)).splitlines() if "--time-format" in line)
    assert sorted(shlex.split(line)[1::2]) == sorted(forms)


def test_everyday_headings_are_guessed(tmp_path: Path) -> None:
    """Each by what it says without "No.", "On" and "Current"; what is missing is named."""

    def page(heads: str) -> ColumnsPage:
        path = tmp_path / "list.csv"
        path.write_text(f"{heads}\n{';' * heads.count(';')}1\n", encoding="utf-8")
        return describe_columns(path)

    whole = page("Ticket No.;Created On;First Response On;Solved On;Current Status")
    assert [c.field for c in whole.columns] == ["id", "opened", "responded", "resolved", "state"]
    assert "missing" not in str(whole)
    assert [c.field for c in page("Ref;Raised;Done").columns] == ["", "opened", "resolved"]
    assert "still missing: id; choose a column for each" in str(page("Ref;Raised;Done"))
    odd = "still missing: id and opened; choose a column for each"
    assert odd in str(page("A;B")).splitlines()
    title = "the first line must hold the headings: delete a title above them"
    assert str(page("A;B")).endswith(title)  # with neither, they are no headings
    assert title not in str(page("Ref;Raised;Done"))


@pytest.mark.parametrize(
    ("keys", "profile"),
    [
        (["key", "fields"], "jira"),
        (["id", "incident_number", "html_url"], "pagerduty"),
        (["id", "incident_number", "urgency"], "pagerduty"),
        (["id", "incident_updates"], "statuspage"),
        (["incident", "log_entries", "more"], "pagerduty"),
        (["ticket", "audits"], "zendesk"),
        (["incident", "sys_audit", "task_sla"], "servicenow"),
        (["id", "display_id", "updates"], "happyfox"),
        (["id", "responder_id", "fr_escalated"], "freshservice"),
        (["id", "iid", "issue_type"], "gitlab"),
        (["id", "tinyId", "impactStartDate"], "opsgenie-incidents"),
        (["id", "opened"], ""),
    ],
)
def test_the_profile_of_a_tool_is_named(tmp_path: Path, keys: list[str], profile: str) -> None:
    """A mapping of the columns of a tool's objects would be the wrong way to read them."""
    path = tmp_path / "list.json"
    path.write_text(json.dumps([dict.fromkeys(keys, "1")]), encoding="utf-8")
    page = describe_columns(path)
    assert (page.profile, page.to_plain()["profile"]) == (profile, profile)
    assert ("--map" in str(page)) == (not profile)
    assert (f"--profile {profile} reads" in str(page)) == bool(profile)


@pytest.mark.parametrize(
    ("heads", "profile"),
    [
        ("Summary,Issue key,Issue id,Status,Created", "jira-csv"),
        ("ID;Title;Status;Opening date", "glpi-csv"),
        ("ID;Title;Status;Created", ""),
    ],
)
def test_the_profile_of_a_tool_s_table_is_named(tmp_path: Path, heads: str, profile: str) -> None:
    """By headings that no other table has."""
    path = tmp_path / "list.csv"
    path.write_text(f"{heads}\n", encoding="utf-8")
    assert describe_columns(path).profile == profile


def test_headings_in_other_languages_and_styles(tmp_path: Path) -> None:
    """As ServiceNow, Jira, GLPI and Opsgenie name them in German, French and in JSON."""
    path = tmp_path / "list.csv"

    def fields(heads: str) -> list[str]:
        path.write_text(f"{heads}\n{';' * heads.count(';')}1\n", encoding="utf-8")
        return [column.field for column in describe_columns(path).columns]

    german = "Nummer;Geöffnet;Kurzbeschreibung;Priorität;Status;Zuweisungsgruppe;Gelöst;Geschlossen"
    named = ["id", "opened", "title", "priority", "state", "group", "resolved", "closed"]
    assert fields(german) == named
    german = "Vorgangsschlüssel;Zusammenfassung;Erstellt;Erledigt;Zugewiesene Person"
    assert fields(german) == ["id", "title", "opened", "resolved", "assignee"]
    french = "Titre;Statut;Date d'ouverture;Date de résolution;Demandeur - Demandeur"
    assert fields(french) == ["title", "state", "opened", "resolved", "caller"]
    assert fields("id;createdAt;Created at [UTC];updatedAt") == ["id", "opened", "", "updated"]
    assert fields("Ticket ID;Created time;Resolved time;First response time (in hrs)") == [
        *("id", "opened", "resolved", "")
    ]


@pytest.mark.parametrize(
    ("heads", "named"),
    [
        (
            "Ticket-Nr.;Erstellt am;Gelöst am;Abgeschlossen am;Zuletzt geändert",
            ["id", "opened", "resolved", "closed", "updated"],
        ),
        ("Vorgangsnummer;Meldedatum;Behoben am", ["id", "opened", "resolved"]),
        (
            "Ticketnummer;Erfasst am;Quittiert am;Erste Reaktion",
            ["id", "opened", "acknowledged", "responded"],
        ),
        (
            "Betreff;Kategorie;Dienst;Supportgruppe;Bearbeiter;Antragsteller;Zustand;Dringlichkeit",
            ["title", "category", "service", "group", "assignee", "caller", "state", "urgency"],
        ),
        (
            "N°;Créé le;Résolu le;Clôturé le;Dernière mise à jour",
            ["id", "opened", "resolved", "closed", "updated"],
        ),
        (
            "Objet;État;Priorité;Impact;Urgence;Groupe d'affectation;Assigné à;Demandeur",
            ["title", "state", "priority", "impact", "urgency", "group", "assignee", "caller"],
        ),
        (
            "Número;Fecha de apertura;Resuelto el;Fecha de cierre;Última actualización",
            ["id", "opened", "resolved", "closed", "updated"],
        ),
        (
            "Asunto;Estado;Prioridad;Impacto;Urgencia;Grupo;Asignado a;Solicitante;Categoría",
            [
                *("title", "state", "priority", "impact", "urgency"),
                *("group", "assignee", "caller", "category"),
            ],
        ),
        (
            "Ticket#;Erstellt;Schließzeit;Queue;Besitzer;Kundenbenutzer",
            ["id", "opened", "closed", "group", "assignee", "caller"],
        ),
        (
            "Incident ID*+;Submit Date;Last Resolved Date;Status*;Assigned Group*+;Technician",
            ["id", "opened", "resolved", "state", "group", "assignee"],
        ),
        (
            "IncidentNumber;CreatedDateTime;ClosedDateTime;OwnerTeam;ID de ticket",
            ["id", "opened", "closed", "group", ""],
        ),
        (
            "Case Number;Date/Time Opened;Date/Time Closed;Case Owner;Last update time",
            ["id", "opened", "closed", "assignee", "updated"],
        ),
        (
            "Clave de incidencia;Creada;Actualizada;Resuelta;Cerrada",
            ["id", "opened", "updated", "resolved", "closed"],
        ),
        ("Clé de ticket;Création;Mise à jour", ["id", "opened", "updated"]),
        (
            "Nummer;Aangemaakt op;Opgelost op;Prioriteit;Toegewezen aan;Onderwerp;Aanvrager",
            ["id", "opened", "resolved", "priority", "assignee", "title", "caller"],
        ),
        (  # of TOPdesk, whose lists say so
            "Datum aangemeld;Aanmelder;Behandelaarsgroep;Behandelaar;Datum gereed;Datum afgemeld",
            ["opened", "caller", "group", "assignee", "resolved", "closed"],
        ),
        (
            "Número;Criado em;Resolvido em;Situação;Prioridade;Atribuído a;Assunto",
            ["id", "opened", "resolved", "state", "priority", "assignee", "title"],
        ),
        (
            "Numero;Data di apertura;Data di chiusura;Stato;Priorità;Assegnato a;Oggetto",
            ["id", "opened", "closed", "state", "priority", "assignee", "title"],
        ),
        (
            "番号;作成日時;解決日時;ステータス;優先度;担当者;件名",
            ["id", "opened", "resolved", "state", "priority", "assignee", "title"],
        ),
        # What may be something else is left to the reader: a duration, opening hours, a customer.
        ("Lösungszeit;Öffnungszeiten;Kunde;Ersteller;Temps de résolution;Referencia", [""] * 6),
    ],
)
def test_everyday_headings_of_other_languages(tmp_path: Path, heads: str, named: list[str]) -> None:
    """As exports name them in seven languages, whole or with the word for "on"."""
    path = tmp_path / "list.csv"
    path.write_text(f"{heads}\n{';' * heads.count(';')}1\n", encoding="utf-8")
    assert [column.field for column in describe_columns(path).columns] == named


@pytest.mark.parametrize(
    ("table", "log"),
    [
        ("Number,What,When\n1,a,2026-03-02\n1,b,2026-03-03\n", "Number COLUMN When"),
        ("Number,Event,Opened\n1,a,2026-03-02\n1,b,2026-03-03\n", "Number Event Opened"),
        ("Number,What\n1,a\n1,b\n", "Number COLUMN COLUMN"),
        ("Number,What,Opened\n1,a,2026-03-02\n1,b,2026-03-03\n", ""),  # versions of a ticket
        ("Number,Event,When\n1,a,2026-03-02\n2,b,2026-03-03\n", ""),  # a row for each ticket
        ("What,When\na,2026-03-02\na,2026-03-03\n", ""),
    ],
)
def test_what_may_be_an_event_log(tmp_path: Path, table: str, log: str) -> None:
    """Ids that repeat, and no column of openings or one of activities."""
    path = tmp_path / "list.csv"
    path.write_text(table, encoding="utf-8")
    page = describe_columns(path)
    assert list(page.log.values()) == log.split()
    assert list(page.to_plain()["log"]) == (["case", "activity", "at"] if log else [])
    assert ("--profile events" in str(page)) == bool(log)


def test_words_of_an_event_log_are_stated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """--states says what activities mean; it was refused, as no StateTable."""
    rows = tmp_path / "log.csv"
    rows.write_text("c,a,t\n1,Registered,2026-03-02T09:00Z\n1,Done,2026-03-02T10:00Z\n")
    options = ["--profile", "events", "--map", "case=c", "activity=a", "at=t"]
    assert main(["report", str(rows), *options, "--states", "Registered=new", "Done=closed"]) == 0
    out = capsys.readouterr().out
    assert "mean_time_to_resolve" in out
    assert "unknown_state" not in out


def test_profiles_of_logs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An event log and XES are read from the command line."""
    rows = tmp_path / "log.csv"
    rows.write_text("c,a,t\n1,new,2026-03-02T09:00Z\n1,closed,2026-03-02T10:00Z\n")
    options = ["--profile", "events", "--map", "case=c", "activity=a", "at=t"]
    assert main(["report", str(rows), *options]) == 0
    assert "mean_time_to_resolve" in capsys.readouterr().out
    assert main(["report", str(rows), "--profile", "events", "--map", "case=c"]) == 2
    assert "activity" in capsys.readouterr().err
    xes = tmp_path / "log.xes"
    xes.write_text("".join(xes_log([solved()])), encoding="utf-8")
    assert main(["report", str(xes), "--profile", "xes"]) == 0


def test_a_column_of_several_formats_has_each(tmp_path: Path) -> None:
    """32 German times and 8 of ISO 8601, and one cell that is not a time; the line reads both."""
    german = [f"{day:02}.03.2026 08:{day:02}" for day in range(1, 32)] + ["31.12.2026 23:59"]
    cells = [*german, *(f"2026-03-0{day}T09:00" for day in range(1, 9)), "soon"]
    path = tmp_path / "list.csv"
    path.write_text("\n".join(["Number;Created", *(f"1;{c}" for c in cells)]), encoding="utf-8")
    page = describe_columns(path)
    assert page.columns[1].formats == ("%d.%m.%Y %H:%M", "iso")
    assert '--time-format "%d.%m.%Y %H:%M" --time-format "iso"' in str(page).splitlines()

    either = ["03/11/2026", "04/11/2026", "2026-11-05"]
    path.write_text("\n".join(["Number;Created", *(f"1;{c}" for c in either)]), encoding="utf-8")
    assert describe_columns(path).columns[1].formats == ("%d/%m/%Y", "%m/%d/%Y", "iso")


def test_a_long_and_wide_table_is_described_by_its_first_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """200 rows; a format of times is looked for in some columns, values in all of them."""
    path = tmp_path / "list.csv"
    path.write_text("a\n" + "1\n" * 201)
    assert describe_columns(path).rows == 200
    monkeypatch.setattr(columns, "_TIMED", 2)
    path.write_text("a;b;c\n03.11.2026;03.11.2026;03.11.2026")
    page = describe_columns(path)
    assert [bool(column.formats) for column in page.columns] == [True, True, False]
    assert {column.values for column in page.columns} == {("03.11.2026",)}


def test_dates_that_no_format_reads_have_none(tmp_path: Path) -> None:
    """The thirteenth month of most rows: only the two of ISO 8601 can be read."""
    path = tmp_path / "list.csv"
    cells = [*["99-99-9999"] * 3, "2026-11-05", "2026-11-06"]
    path.write_text("\n".join(["Number;Created", *(f"1;{cell}" for cell in cells)]))
    assert describe_columns(path).columns[1].formats == ()


def test_the_words_of_states_and_levels_are_listed_with_a_line_to_copy(tmp_path: Path) -> None:
    """Known words with their meaning, others with STATE or LEVEL; of 40 words 30 are listed."""
    words = [("Neu", "Hoch"), ("Wartet auf Wetter", "Egal"), ("Neu", "Hoch")]
    rows = [f"{n};2026-03-02;{state};{level}" for n, (state, level) in enumerate(words)]
    path = tmp_path / "list.csv"
    path.write_text("\n".join(["Number;Created;Status;Prio", *rows]), encoding="utf-8")
    lines = str(describe_columns(path)).splitlines()
    assert "words of Status (state): 'Neu', 'Wartet auf Wetter'" in lines
    assert "--states Neu=new 'Wartet auf Wetter=STATE'" in lines
    states = "new, in_progress, on_hold, resolved, closed, canceled"
    assert f"with one of {states} for each STATE" in lines
    (levels,) = (line for line in lines if line.startswith("--levels"))
    assert levels.endswith("priority.Egal=LEVEL")
    assert "with one of critical, high, moderate, low, planning for each LEVEL" in lines

    rows = [f"{n};2026-03-02;w{n};P1" for n in range(40)]
    path.write_text("\n".join(["Number;Created;Status;Prio", *rows]), encoding="utf-8")
    page = describe_columns(path)
    assert (len(page.columns[2].words), page.columns[2].distinct) == (30, 40)
    assert "'w29' and 10 more" in str(page)


def test_flags_and_numbers_since_1970(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A flag is not a time, a long number in another column neither; what is printed reads it."""
    path = tmp_path / "list.json"
    rows = [
        {"number": 1772438400 + n, "creationDate": 1772438400, "closed": True, "closedDate": done}
        for n, done in enumerate((1772445600, None))
    ]
    path.write_text(json.dumps(rows), encoding="utf-8")
    page = describe_columns(path)
    assert page.to_plain()["map"] == {
        "id": "number",
        "opened": "creationDate",
        "closed": "closedDate",
    }
    assert [column.formats for column in page.columns] == [(), ("epoch_s",), (), ("epoch_s",)]
    mapping = ["--map", "id=number", "opened=creationDate", "closed=closedDate"]
    assert main(["report", str(path), *mapping, "--time-format", "epoch_s", "--json"]) == 0
    kpis = json.loads(capsys.readouterr().out)["kpis"]["rows"]
    means = [row["value"] for row in kpis if row["kpi"] == "mean_time_to_resolve"]
    assert set(means) == {2.0}


HEADINGS = {  # as the tools of these exports write them
    "HubSpot": "Ticket ID=id,Ticket name=title,Create date=opened,Close date=closed,"
    "Last modified date=updated",
    "SysAid": "#=id,Request time=opened,Close time=closed,Admin group=group,Request user=caller,"
    "Modify time=updated",
    "Cherwell": "Incident ID=id,Created Date Time=opened,Owned By=assignee,Owned By Team=group,"
    "Customer Display Name=caller",
    "TOPdesk": "Call number=id,Call date=opened,Brief description=title,Operator group=group,"
    "Operator=assignee,Completed on=resolved",
    "TOPdesk German": "Meldungsnummer=id,Meldungsdatum=opened,Melder=caller",
    "Redmine German": "#=id,Angelegt=opened,Thema=title,Autor=caller",
    "Intercom": "Conversation ID=id,Created at=opened,First teammate reply at=responded,"
    "Team assigned=group,Teammate assigned=assignee",
    "Opsgenie": "Alert Id=id,CreatedAt=opened,Message=title",
    "ServiceNow French": "Numéro=id,Ouvert=opened,Description brève=title,Assigné à=assignee",
    "Jira": "Key=id,Created=opened,Custom field (Urgency)=urgency,Custom field (Impact)=impact,"
    "Custom field (Time to resolution)=",
    "xMatters": "Incident ID=id,Severity=priority,Initiated=opened,Reporter=caller",
    "a database": "TICKET_NO=id,OPEN_DT=opened,RESOLVED_DT=resolved,CLOSE_DT=closed",
}


def test_headings_of_more_tools(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    for tool, text in HEADINGS.items():
        pairs = [pair.rpartition("=") for pair in text.split(",")]
        path.write_text(",".join(name for name, _, _ in pairs) + "\n", encoding="utf-8")
        wanted = {field: name for name, _, field in pairs if field}
        assert describe_columns(path).to_plain()["map"] == wanted, tool


def test_a_heading_that_occurs_twice_is_mapped_by_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By name it would be refused; a title above the headings is named as what may be wrong."""
    file = tmp_path / "t.csv"
    file.write_text("Ticket;Opened;Note;Opened\n1;2026-03-01 09:00;x;2026-03-02 09:00\n", "utf-8")
    page = describe_columns(file)
    assert page.to_plain()["map"] == {"id": "Ticket", "opened": 2}
    assert '--map "id=Ticket" "opened=2"' in str(page)
    assert 'map = { id = "Ticket", opened = 2 }' in str(page)
    for place, day in (("2", "01"), ("4", "02")):
        [record] = read_table(file, {"id": "Ticket", "opened": place})
        assert f"{record.opened_at:%d %H}" == f"{day} 09"
    file.write_text("Open tickets;;\nA;B;\n1;2026-03-01;new\n", "utf-8")
    assert main(["columns", str(file)]) == 0
    assert "delete a title above them" in capsys.readouterr().out


def test_a_column_of_durations_is_not_a_time(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    name = "Initial response time"
    path.write_text(f"Number,Created,{name}\n1,2026-03-13,00:10:00\n2,2026-03-13,100:05 hrs\n")
    assert "responded" not in describe_columns(path).to_plain()["map"]
    path.write_text(f"Number,Created,{name}\n1,2026-03-13,2026-03-13 10:05\n")
    assert describe_columns(path).to_plain()["map"]["responded"] == name


TIMES = {  # a time on 13 March 2026, and the formats that read it
    "13 March 2026 10:00": "%d %B %Y %H:%M",
    "Mar 13, 2026 3:04 PM": "%b %d, %Y %I:%M %p",
    "March 13, 2026 at 3:04 PM": "%B %d, %Y at %I:%M %p",
    "13 mars 2026 à 10:00": "%d %b %Y à %H:%M",
    "13/03/2026 10h30": "%d/%m/%Y %Hh%M",
    "13.03.2026 10:00 Uhr": "%d.%m.%Y %H:%M Uhr",
    "13-Mar-26 10:00 AM": "%d-%b-%y %I:%M %p",
    "10:00 13/03/2026": "%H:%M %d/%m/%Y",
    "20260313100000": "%Y%m%d%H%M%S",
    "1773396000": "epoch_s",
    "Fri, 13 Mar 2026 10:00:00 +0100": "%d %b %Y %H:%M:%S %z",
    "Fri Mar 13 10:00:00 2026": "%b %d %H:%M:%S %Y",
}


def test_formats_of_more_tools(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    for text, form in TIMES.items():
        path.write_text(f"Number;Created\n1;{text}\n", encoding="utf-8")
        assert describe_columns(path).columns[1].formats == (form,), text


def test_one_column_proves_the_order_of_day_and_month_for_all(tmp_path: Path) -> None:
    """Read by its own column, 03/02/2026 would be 3 February or 2 March."""
    path = tmp_path / "list.csv"
    path.write_text("Number;Created;Resolved\n1;03/02/2026 10:00;03/13/2026 10:00\n")
    page = describe_columns(path)
    assert [column.formats for column in page.columns[1:]] == [("%m/%d/%Y %H:%M",)] * 2


@pytest.mark.parametrize(
    "cell",
    [
        "1h20",
        "1h20m30s",
        "01h20",
        "+01:20",
        "1:20 h",
        "2.03:00:00",
        "Y",
        "off",
        "Sim",
        "✓",
        "offen",
    ],
)
def test_what_is_no_time_is_not_guessed_as_one(tmp_path: Path, cell: str) -> None:
    """A duration, or a word without a digit, under a heading of a time."""
    path = tmp_path / "list.csv"
    path.write_text(
        f"Number;Created;Resolved;Resolved at\n1;2026-03-02;{cell};2026-03-03\n", "utf-8"
    )
    assert [c.field for c in describe_columns(path).columns] == ["id", "opened", "", "resolved"]


def test_a_time_of_the_first_response_by_its_values(tmp_path: Path) -> None:
    """The heading may be of a duration too, which its unit or its values show."""
    path = tmp_path / "list.csv"
    for head, cell, field in (
        ("First response time", "2026-03-02 09:10", "responded"),
        ("First response time", "00:10", ""),
        ("First response time (h)", "2026-03-02 09:10", ""),
    ):
        path.write_text(f"Number;Created;{head}\n1;2026-03-02;{cell}\n", "utf-8")
        assert [c.field for c in describe_columns(path).columns] == ["id", "opened", field]


@pytest.mark.parametrize(
    ("opened", "resolved"),
    [
        (["2026-03-02 09:00"] * 2, ["02.03.2026 10:00", "13.03.2026 09:00"]),
        (["46083.375"] * 2, ["2026-03-02 10:00", "2026-03-03 09:00"]),
        (["2026-03-02 09:00"] * 2, ["46083.4166666667", "2026-03-02 12:00"]),
        (["1772442000000"] * 2, ["2026-03-02T10:00:00Z", "2026-03-02T11:00:00Z"]),
    ],
)
def test_columns_in_different_formats_get_all_of_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], opened: list[str], resolved: list[str]
) -> None:
    """With what was printed for the one column, the other was left out or unreadable."""
    path = tmp_path / "list.csv"
    rows = "".join(
        f"{n};{pair[0]};{pair[1]}\n" for n, pair in enumerate(zip(opened, resolved, strict=True))
    )
    path.write_text(f"Number;Opened;Resolved\n{rows}", "utf-8")
    assert main(["columns", str(path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    options = [word for line in lines if line.startswith("--") for word in shlex.split(line)]
    assert main(["report", str(path), *options, "--zone", "UTC", "--json"]) == 0
    page = json.loads(capsys.readouterr().out)
    assert page["volume"][-1]["resolved"] == 2
    assert "unreadable_time" not in {one["code"] for one in page["findings"]}


@pytest.mark.parametrize("word", ["nan", "<NA>", "none", "n.a.", "(blank)", "0000-00-00", "nil"])
def test_more_words_for_an_empty_cell(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], word: str
) -> None:
    """As pandas, databases and pivot tables write it; a group or an unreadable time before."""
    path = tmp_path / "list.csv"
    path.write_text(
        f"Number,Opened,Resolved,Team,Site\nA,2026-03-02,{word},{word},{word}\n", "utf-8"
    )
    mapping = ("--map", "id=Number", "opened=Opened", "resolved=Resolved", "group=Team")
    asked = ("report", str(path), *mapping, "--zone", "UTC", "--by", "group", "--json")
    assert main([*asked]) == 0
    page = json.loads(capsys.readouterr().out)
    assert [row["assignment_group"] for row in page["volume"]] == [None, "(all)"]
    found = {(one["code"], one["field"]) for one in page["findings"]}
    assert found == {("empty_word", column) for column in ("Resolved", "Team", "Site")}


@pytest.mark.parametrize(
    ("heads", "cells", "minutes"),
    [
        ('Number,"Created (""local"" $)",Resolved', "2026-03-02 09:00,2026-03-02 10:00", 60),
        ("Ticket No.,Reported On,Fixed On", "2026-03-02 09:00,2026-03-02 10:00", 60),
        ("Vorgang,Beginn,Ende", "02.03.2026 09:00,02.03.2026 10:00", 60),
        (
            "Nr,Datum,Uhrzeit,Erledigt Datum,Erledigt Uhrzeit",
            "02.03.2026,09:00,02.03.2026,10:30",
            90,
        ),
        (
            "Number,Opened At Date,Opened At Time,Resolved At Date,Resolved At Time",
            "2026-03-02,09:00:00,2026-03-02,10:30:00",
            90,
        ),
        (
            "key,fields.created,fields.resolutiondate",
            "2026-03-02T09:00:00.000+0000,2026-03-02T10:00:00.000+0000",
            60,
        ),
        (
            "Número de caso,Fecha/Hora de apertura,Fecha/Hora de cierre",
            "13/03/2026 9:00,13/03/2026 10:00",
            60,
        ),
        ("Number,Opened,Resolved", "02MAR2026:09:00:00,02MAR2026:10:00:00", 60),  # SAS
        ("Number,Opened,Resolved", "2026-03-02-09.00.00.000000,2026-03-02-10.00.00.000000", 60),
        ("Number,Opened,Resolved", "2026年3月2日 09:00,2026年3月2日 10:00", 60),
        ("Number,Opened,Resolved", "/Date(1772442000000)/,/Date(1772445600000+0100)/", 60),  # .NET
        (
            "Number,Opened,Resolved",
            "2026-03-02 09:00:00 +0100 CET,2026-03-02 10:00:00 +0100 CET",
            60,
        ),
        ("\u200bNumber,\u200bOpened,Resolved\u00a0", "2026-03-02 09:00,2026-03-02 10:00", 60),
        ("Nummer,Geo\u0308ffnet,Gelo\u0308st", "13.03.2026 09:00,13.03.2026 10:00", 60),
    ],
)
def test_what_is_printed_reads_the_table(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    heads: str,
    cells: str,
    minutes: int,
) -> None:
    """The options that are printed, taken over as they are, give the time to resolve."""
    path = tmp_path / "list.csv"
    path.write_text(f"{heads}\n1,{cells}\n", "utf-8")
    assert main(["columns", str(path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    forms = [line for line in lines if line.startswith("--time-format")][:1]
    mapped = [line for line in lines if line.startswith("--map")]
    options = [word for line in (*mapped, *forms) for word in shlex.split(line)]
    assert main(["report", str(path), *options, "--zone", "UTC", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["kpis"]["rows"]
    [value] = [row["value"] for row in rows if row["kpi"] == "mean_time_to_resolve"][-1:]
    assert value == minutes / 60


def test_more_moments_are_guessed(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    heads = "Incident,Occurred,Detected,Created,Restored,Cancelled at"
    path.write_text(f"{heads}\n1{',2026-03-02 09:00' * 5}\n", "utf-8")
    fields = [one.field for one in describe_columns(path).columns]
    assert fields == ["id", "occurred", "detected", "opened", "restored", "canceled"]
