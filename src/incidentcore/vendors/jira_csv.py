"""Jira's CSV export: no history, but comments with their times."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

from incidentcore.records import Commented, Incident
from incidentcore.vendors.kit import HistoryBuilder, Import, Roles
from incidentcore.vendors.table import read_table
from incidentcore.vendors.table_import import Extend
from incidentcore.vendors.table_presets import JIRA_CSV
from incidentcore.vendors.tabular import TableInput

__all__ = ["read_jira_csv"]

_COMMENT: Final = "Comment"
_NO_ROLES: Final = Roles()


def read_jira_csv(
    source: TableInput,
    *,
    zone: ZoneInfo | str | None = None,
    mapping: Mapping[str, str | int] | None = None,
    roles: Roles = _NO_ROLES,
    **options: Any,
) -> Import[Incident]:
    """Read Jira's CSV export of issues, with the comments that its cells hold.

    A comment's cell is ``time;author;text``. Whether it was public is not in the export: it is read
    as internal. The authors are account ids, so say with ``roles`` who is an agent.

    Args:
        source: What ``open_table`` takes.
        zone: The zone of its times, which the export does not state.
        mapping: Columns by field, beside or instead of those of ``JIRA_CSV``.
        roles: Who acts in which role.
        options: Further arguments of ``read_table``.

    Raises:
        FormatError: The source cannot be read.
    """
    arguments = {**JIRA_CSV, **options}
    arguments["mapping"] = {**JIRA_CSV["mapping"], **(mapping or {})}
    then: Extend | None = arguments.pop("extend", None)

    def extend(history: HistoryBuilder, custom: dict[str, Any]) -> None:
        _comments(history, custom)
        if then is not None:
            then(history, custom)

    return read_table(source, zone=zone, roles=roles, extend=extend, **arguments)


def _comments(history: HistoryBuilder, custom: dict[str, Any]) -> None:
    """Take the comments out of what no field takes."""
    cells = custom.pop(_COMMENT, ())
    for number, cell in enumerate((cells,) if isinstance(cells, str) else cells, 1):
        at, _, rest = str(cell).partition(";")
        author, _, text = rest.partition(";")
        history.add(Commented, f"comment-{number}", at, author, text=text, visibility="internal")
