"""Jira's CSV export of issues: moments, comments and links in cells, without history."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

import attrs

from incidentcore._checks import as_tuple, need_kind
from incidentcore.records import Commented, Incident, Link
from incidentcore.vendors.jira import link_of
from incidentcore.vendors.kit import HistoryBuilder, Import, as_object, plain_text
from incidentcore.vendors.table import read_table
from incidentcore.vendors.table_import import Extend
from incidentcore.vendors.table_presets import JIRA_CSV
from incidentcore.vendors.tabular import Table, TableInput, open_table

_COMMENT: Final = (
    *("Comment", "Kommentar", "Commentaire", "Comentario", "Comentário", "Commento", "Opmerking"),
    "コメント",
)
_LINK: Final = re.compile(r"(out|in)ward issue link \((.+)\)(?:\.\d+)?", re.IGNORECASE)
# By the name of a type of links, which the heading has: the words of its two directions.
_WORDS: Final = {
    "blocks": ("blocks", "is blocked by"),
    "cloners": ("clones", "is cloned by"),
    "duplicate": ("duplicates", "is duplicated by"),
    "relates": ("relates to", "relates to"),
    "problem/incident": ("causes", "is caused by"),
    "causes": ("causes", "is caused by"),
}
_FAMILY: Final = {
    "parent": "child_of",
    "parent id": "child_of",
    "parent key": "child_of",
    "sub-tasks": "parent_of",
}


def read_jira_csv(
    source: TableInput,
    /,
    *,
    zone: ZoneInfo | str | None = None,
    mapping: Mapping[str, str | int] | None = None,
    **options: Any,
) -> Import[Incident]:
    """Read Jira's CSV export of issues, with the comments and links in its cells.

    The cell of a comment is ``time;author;text``. The export does not show whether a comment was
    public, so all are read as internal. Authors are account ids; define the agents with ``roles``.
    Columns such as ``Outward issue link (Blocks)``, ``Parent`` and ``Sub-tasks`` become links, of
    the same types as those of ``read_jira``. If such a column refers to issues by number, the
    numbers are replaced by the issues' keys; if an issue is not in the export, the cell is kept
    under ``custom`` instead.

    Args:
        source: Any source that ``open_table`` accepts.
        zone: The time zone of the times, which the export does not state. By default they are read
            as UTC, with a finding.
        mapping: A mapping from fields to columns. Its entries are added to those of ``JIRA_CSV``;
            for the same field, they replace them.
        options: Further arguments of ``read_table``, such as ``roles``.

    Raises:
        FormatError: The source cannot be read.
    """
    need_kind("mapping", mapping, Mapping | None, allowed="a mapping from fields to columns")
    arguments = {**JIRA_CSV, **options}
    arguments["mapping"] = {**JIRA_CSV["mapping"], **(mapping or {})}
    then: Extend | None = arguments.pop("extend", None)
    form = {name: arguments.pop(name, None) for name in ("delimiter", "encoding", "sheet")}
    table, keys = _with_keys(open_table(source, strict=False, **form), arguments["mapping"]["id"])

    def extend(history: HistoryBuilder, custom: dict[str, Any]) -> None:
        _cell_comments(history, custom)
        _cell_links(history, custom, keys)
        if then is not None:
            then(history, custom)

    return read_table(table, zone=zone, extend=extend, **arguments)


def _cell_comments(history: HistoryBuilder, custom: dict[str, Any]) -> None:
    """Remove the comments from the values that no field takes."""
    cells = next((custom.pop(name) for name in _COMMENT if name in custom), ())
    for number, cell in enumerate(as_tuple(cells, str), 1):
        at, _, rest = str(cell).partition(";")
        author, _, text = rest.partition(";")
        history.add(Commented, f"comment-{number}", at, author, text=text, visibility="internal")


def _cell_links(history: HistoryBuilder, custom: dict[str, Any], keys: Mapping[str, str]) -> None:
    """Remove the links from the values that no field takes."""
    for name in [*custom]:
        heading, family = _LINK.fullmatch(name), _FAMILY.get(name.casefold())
        if heading is None and family is None:
            continue
        cells = [plain_text(cell) for cell in as_tuple(custom[name], (str, int, float))]
        targets = [part.strip() for cell in cells if cell for part in cell.split(",")]
        targets = [keys.get(target, target) for target in targets]
        if any(target.isdecimal() for target in targets):
            continue  # numbers of issues that are not in the file
        del custom[name]
        for target in targets:
            if heading is None:
                history.linked(Link(str(family), target))
                continue
            words = _WORDS.get(heading[2].casefold(), (heading[2], f"{heading[2]} (inward)"))
            history.linked(link_of(words[heading[1].casefold() == "in"], target))


def _with_keys(table: Table, key: str | int) -> tuple[Table, dict[str, str]]:
    """Return a table, and the keys of its issues by number; empty if no column has numbers."""
    names, wanted = [*table.columns], ("Issue id", str(key))
    if _FAMILY.keys().isdisjoint(map(str.casefold, names)) or {*wanted} - {*names}:
        return table, {}
    rows = list(table.rows)
    keys: dict[str, str] = {}
    for _, row in rows:
        cells = as_object(row) if table.objects else dict(zip(names, row, strict=False))
        number, name = (plain_text(cells.get(one)) for one in wanted)
        if number and name:
            keys[number] = name
    return attrs.evolve(table, rows=iter(rows)), keys
