"""Statuspage: the incidents of a status page, with their updates."""

from __future__ import annotations

from typing import Any, Final, Unpack

from incidentcore.records import Communicated, Incident
from incidentcore.values import Actor
from incidentcore.vendors.kit import HistoryBuilder, Import, Tables, entries_of, unpaged
from incidentcore.vendors.kit.importing import merged
from incidentcore.vendors.kit.paths import Json, Rows, in_utc, latest
from incidentcore.vendors.presets import STATUSPAGE

_PAGE: Final = Actor("status page", "system")
_TO: Final[dict[str, Any]] = {"audience": "public", "channel": "status page"}
_FEED: Final = 50


def read_statuspage(incidents: Rows, **tables: Unpack[Tables]) -> Import[Incident]:
    """Read the incidents of a status page, as returned by its API or public feed.

    An update's ``display_at`` is the time when it happened, and its ``created_at`` the time when it
    was recorded, since pages are often filled in later. Each update becomes a communication to the
    public. Scheduled maintenance is not an incident: it is omitted, with a finding ``maintenance``.

    Args:
        incidents: The parsed JSON: incidents, pages with ``incidents``, or bodies of webhooks. If
            an incident occurs more than once, the one updated last is used.
        tables: See ``kit.Tables``; the defaults are those of ``presets.STATUSPAGE``.

    Returns:
        An incident for each incident of the page. A feed with 50 incidents, the maximum, gives a
        finding ``truncated_history``.

    >>> from incidentcore.vendors import read_statuspage
    >>> update = {"id": "u1", "status": "investigating", "body": "We look."}
    >>> times = {"created_at": "2026-03-02T16:20:00Z", "display_at": "2026-03-02T16:10:00Z"}
    >>> [incident] = read_statuspage(
    ...     {"id": "i1", "name": "Slow", "incident_updates": [update | times]}
    ... )
    >>> opening = incident.history[0]
    >>> opening.at.isoformat(), opening.recorded_at.isoformat()
    ('2026-03-02T16:10:00+00:00', '2026-03-02T16:20:00+00:00')
    """

    def build(history: HistoryBuilder, incident: Json) -> None:
        if incident.get("impact") == "maintenance" or incident.get("scheduled_for"):
            history.leave_out("maintenance", "record left out: scheduled maintenance")
            return
        impact = incident.get("impact")
        parts = [one.get("name") for one in entries_of(incident, "components")]
        history.present(
            state=incident.get("status"),
            title=incident.get("name"),
            impact=None if impact == "none" else impact,
            service=next(filter(None, parts), None),
            occurred_at=incident.get("started_at"),
            components=parts,
        )
        updates = [
            (when, update)
            for update in entries_of(incident, "incident_updates")
            if (when := _shown(history, update)) is not None
        ]
        if updates and updates[0][0] >= updates[-1][0]:
            updates.reverse()  # the newest came first; of one instant, the order counts
        updates.sort(key=lambda pair: (pair[0], in_utc(pair[1].get("created_at"))))
        if updates:
            at, first = updates[0]
            history.opened(at, _PAGE, recorded_at=first.get("created_at"))
        else:
            history.opened(incident.get("created_at"), _PAGE)
            action = "no updates came: moments alone"
            history.truncated(action, path="incident_updates", covers=["moments"])
            history.moments(_PAGE, resolved=incident.get("resolved_at"))
        before = None
        for at, update in updates:
            now, where = update.get("status"), (update.get("id"), at, _PAGE)
            known, text = update.get("created_at"), update.get("body") or ""
            if now is not None and now != before:
                history.changed(*where, field="state", before=before, after=now, recorded_at=known)
                before = now
            history.add(Communicated, *where, recorded_at=known, text=text, **_TO)
        history.check(
            resolved_at=incident.get("resolved_at"), updated_at=incident.get("updated_at")
        )

    listed = latest(unpaged(incidents, "incidents", "incident"))
    reading = Import(
        listed,
        build,
        record=Incident,
        id="id",
        covers=("states", "moments"),
        **merged(read_statuspage, STATUSPAGE, tables),
    )
    if len(listed) == _FEED:
        action = f"{_FEED} incidents came, the most that a feed holds: older ones may be missing"
        reading.findings.add("truncated_history", action)
    return reading


def _shown(history: HistoryBuilder, update: Json) -> Any:
    """Return the time from which an update counts: its ``display_at``, or when it was written."""
    written = update.get("display_at") or update.get("created_at")
    return history.time(written, "display_at", action="update left out", path=update.get("id"))
