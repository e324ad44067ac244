"""The rules of intake once more, naively: whole lists, whole minutes, nothing forgotten.

It looks at every minute of the storm and at every condition in it, recomputes what an efficient
fold keeps, and shares no code with it beyond the values that go in.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tests.intake.builders import MINUTE

from incidentcore.intake import Alert, IncidentEnded, IntakePolicy

Told = tuple[str, int, str, Any, str]


def told_alert(alert: Alert | None) -> Any:
    """Return what tells two alerts apart here; alerts alike in it are interchangeable."""
    if alert is None:
        return None
    return (
        alert.source,
        alert.key,
        alert.status,
        alert.severity or "warning",
        min(alert.at, alert.recorded_at),
    )


class Naive:
    """Every condition, group and incident of a storm, by the minute."""

    def __init__(self, policy: IntakePolicy, begin: datetime) -> None:
        self.policy = policy
        self.begin = begin
        self.told: list[Told] = []
        self.conditions: dict[tuple[str, str], dict[str, Any]] = {}
        self.incidents: dict[str, dict[str, Any]] = {}
        self.waiting: list[dict[str, Any]] = []
        self.window = policy.window // MINUTE
        self.dedup = policy.deduplicate // MINUTE

    def _minute(self, at: datetime) -> int:
        return (at - self.begin) // MINUTE

    def _rank(self, alert: Alert) -> int:
        word = alert.severity.lower() or self.policy.severities.default
        for number, row in enumerate(self.policy.severities.rows):
            if word in row.words:
                return number
        raise AssertionError(word)

    def _group(self, alert: Alert) -> tuple[Any, ...]:
        for one in self.policy.groupings:
            if one.when.matches(alert, at=alert.at):
                return self._values(alert, one.by)
        return self._values(alert, self.policy.group_by)

    def _values(self, alert: Alert, paths: tuple[str, ...]) -> tuple[Any, ...]:
        found: list[Any] = list(paths)
        for path in paths:
            name, _, label = path.partition(".")
            found.append(alert.labels.get(label) if label else getattr(alert, name))
        return tuple(found)

    def _inhibits(self, alert: Alert) -> list[tuple[Any, ...]]:
        """Return what waits for an alert: the group of each rule, and whether it is a target."""
        return [
            (number, *self._values(alert, rule.equal), rule.target.matches(alert, at=alert.at))
            for number, rule in enumerate(self.policy.inhibit)
            if rule.source.matches(alert, at=alert.at)
        ]

    def _held_for(self, alert: Alert) -> tuple[Any, ...] | None:
        """Return for what an alert waits: another source that is reported, or waits for one."""
        for number, rule in enumerate(self.policy.inhibit):
            sided = rule.source.matches(alert, at=alert.at)
            what = (number, *self._values(alert, rule.equal), sided)
            if rule.target.matches(alert, at=alert.at) and self._reported(
                what, [(alert.source, alert.key)]
            ):
                return what
        return None

    def _reported(self, what: tuple[Any, ...], path: list[tuple[str, str]]) -> bool:
        """Return whether any path over what waits, which never turns back, ends at a source."""
        *group, sided = what
        mine = [(*group, False)] if sided else [(*group, False), (*group, True)]
        return any(
            name not in path
            and any(key in mine for key in one["inhibits"])
            and (one["for"] is None or self._reported(one["for"], [*path, name]))
            for name, one in self.conditions.items()
        )

    def _release(self, now: int, gone: Sequence[tuple[Any, ...]] = ()) -> None:
        """Look again at every alert that waits for a source that no longer holds it back."""
        lost = list(gone)
        for known in self.conditions.values():
            if not known["firing"] and not known["flapping"]:
                lost += known["inhibits"]
                known["inhibits"] = []
        waiting = [name for name, one in self.conditions.items() if one["for"] is not None]
        free = []
        places = {name: self.conditions[name]["for"] for name in waiting}
        waiting.sort(key=lambda name: (places[name][0], places[name][-1], name))
        for name in waiting:
            *group, sided = self.conditions[name]["for"]
            mine = [(*group, False)] if sided else [(*group, False), (*group, True)]
            if any(one in mine for one in lost) and not self._reported((*group, sided), [name]):
                free.append(name)
        alerts = [self.conditions[name]["held"][0] for name in free]
        for name in free:
            self.conditions[name].update({"held": None, "for": None})
        for alert in alerts:
            self._start(alert, now)

    def _say(self, kind: str, now: int, incident: str, alert: Alert | None, why: str = "") -> None:
        self.told.append((kind, now, incident, told_alert(alert), why))

    def run(self, items: list[Alert | IncidentEnded]) -> list[Told]:
        """Return what becomes of a whole storm, told long after it."""
        lateness = self.policy.lateness // MINUTE
        moments = [
            self._minute(one.at if isinstance(one, IncidentEnded) else min(one.at, one.recorded_at))
            for one in items
        ]
        received = [
            self._minute(one.at if isinstance(one, IncidentEnded) else one.recorded_at)
            for one in items
        ]
        counted = [
            max([moment, *(seen - lateness for seen in received[: number + 1])])
            for number, moment in enumerate(moments)
        ]
        if not items:
            return []
        for now in range(min(counted), max(*counted, 120) + 110):
            here = [one for at, one in zip(counted, items, strict=True) if at == now]
            for one in here:
                if isinstance(one, IncidentEnded) and not one.final:
                    self._end(one, now)
            for one in here:
                if isinstance(one, IncidentEnded) and one.final:
                    self._end(one, now)
            alerts = [one for one in here if isinstance(one, Alert)]
            alerts.sort(
                key=lambda one: (
                    one.status == "resolved",
                    self._turn(one),
                    min(one.at, one.recorded_at),
                    self._rank(one),
                    one.source,
                    one.key,
                    one.recorded_at,
                )
            )
            for alert in alerts:
                self._take(alert, now)
            self._deadlines(now)
        return self.told

    def _turn(self, alert: Alert) -> int:
        """Sources come first, those that are targets too come second."""
        if alert.status == "resolved" or not self._inhibits(alert):
            return 2
        return int(any(one.target.matches(alert, at=alert.at) for one in self.policy.inhibit))

    # Ended incidents: words that are not final first; the order among equals means nothing.

    def _end(self, word: IncidentEnded, now: int) -> None:
        incident = self.incidents.get(word.incident)
        if incident is None or incident["gone"]:
            return
        if incident["resolved"] is None:
            self._close(word.incident, now)
        if word.final:
            incident["gone"] = True
        self._release(now)

    def _close(self, name: str, now: int) -> None:
        for condition in self.conditions.values():
            if condition["incident"] == name:
                condition.update(firing=False, incident=None, heard=now)
        self.incidents[name]["resolved"] = now
        group = self.incidents[name]["group"]
        newest = [n for n, one in self.incidents.items() if one["group"] == group][-1]
        if self.policy.reopen_within is None or newest != name:
            self.incidents[name]["gone"] = True

    def _idle_for(self, known: Any) -> int:
        policy = self.policy
        if known["unheard"]:
            spans = [policy.window, policy.lateness, policy.silence or 0 * MINUTE]
        else:
            spans = [policy.deduplicate, policy.lateness]
            if policy.flapping is not None:
                spans.append(policy.flapping.within)
        return max(spans) // MINUTE

    def _take(self, alert: Alert, now: int) -> None:
        policy = self.policy
        name = (alert.source, alert.key)
        happened = min(alert.at, alert.recorded_at)
        known = self.conditions.get(name)
        ends = alert.status == "resolved" and known is not None and known["firing"]
        if not ends and not policy.when.matches(alert, at=alert.at):
            return self._say("dropped", now, "", alert, "not_matched")
        if (known is not None and not known["firing"] and known["incident"] is None) and (
            now > known["heard"] + self._idle_for(known)
        ):
            known = None
        if known is not None and happened < known["last"]:
            return self._say("dropped", now, known["incident"] or "", alert, "stale")
        if alert.status == "resolved":
            return self._resolved(alert, known, happened, now)
        if known is None:
            known = self._condition(name, happened, happened)
        heard, received = known["heard"], max(self._minute(alert.recorded_at), now)
        known.update(last=happened, heard=max(heard, received), unheard=False)
        before, was = known["inhibits"], known["firing"]
        known["inhibits"] = self._inhibits(alert)
        known["firing"] = True  # already, for those that it holds back
        self._release(now, [one for one in before if one not in known["inhibits"]])
        known["firing"] = was
        rank = self._rank(alert)
        held_in_flapping = known["flapping"] and known["incident"] is not None
        counts_as_firing = known["firing"] or held_in_flapping
        if not known["firing"]:
            known["firing"] = True
            self._change(known, now)
        if counts_as_firing:
            if rank >= known["rank"]:
                if held_in_flapping:
                    return self._say("dropped", now, known["incident"] or "", alert, "flapping")
                if received - heard <= self.dedup:
                    return self._say("dropped", now, known["incident"] or "", alert, "duplicate")
            known["rank"] = min(rank, known["rank"])
        else:
            known["rank"] = rank
        if known["incident"] is not None:
            self.incidents[known["incident"]]["last"] = now
            return self._say("add", now, known["incident"], alert)
        self._unhold(known, now)
        return self._start(alert, now)

    def _condition(self, name: tuple[str, str], last: datetime, heard: datetime) -> dict[str, Any]:
        self.conditions[name] = {
            "firing": False,
            "incident": None,
            "last": last,
            "heard": self._minute(heard),
            "changes": [],
            "flapping": False,
            "held": None,
            "for": None,
            "inhibits": [],
            "unheard": False,
            "rank": 99,
        }
        return self.conditions[name]

    def _resolved(self, alert: Alert, known: Any, happened: datetime, now: int) -> None:
        self._resolution(alert, known, happened, now)
        self._release(now)

    def _resolution(self, alert: Alert, known: Any, happened: datetime, now: int) -> None:
        received = max(self._minute(alert.recorded_at), now)
        if known is None:  # remembered: a firing that happened before it is stale
            known = self._condition((alert.source, alert.key), happened, alert.recorded_at)
            known.update(heard=max(now, received), unheard=True)
            return self._say("dropped", now, "", alert, "not_firing")
        if known["firing"] and happened == known["last"]:
            return self._say("dropped", now, known["incident"] or "", alert, "outweighed")
        known.update(last=happened, heard=max(known["heard"], received))
        was = known["firing"]
        if was:
            known["firing"] = False
            self._change(known, now)
        if known["incident"] is not None:
            if known["flapping"]:
                return self._say("dropped", now, known["incident"], alert, "flapping")
            self._say("add", now, known["incident"], alert)
            return self._leave((alert.source, alert.key), now, "all_resolved")
        self._unwait((alert.source, alert.key), now)
        work = self._unhold(known, now)
        if work:
            return self._say("suppressed", now, "", alert, work)
        return self._say("dropped", now, "", alert, "below_threshold" if was else "not_firing")

    def _change(self, known: Any, now: int) -> None:
        flapping = self.policy.flapping
        if flapping is None:
            return
        known["changes"].append(now)
        within = flapping.within // MINUTE
        recent = [at for at in known["changes"] if at > now - within]
        if len(recent) >= flapping.start:
            known["flapping"] = True

    def _unhold(self, known: Any, now: int) -> str:
        if known["held"] is None:
            return ""
        alert, work, _ = known["held"]
        known["held"] = known["for"] = None
        if alert is not None:
            self._say("suppressed", now, "", alert, work)
        return str(work)

    def _unwait(self, name: tuple[str, str], now: int) -> None:
        mine = [one for one in self.waiting if (one["alert"].source, one["alert"].key) == name]
        mine.sort(key=lambda one: repr(one["group"]))
        for one in mine:
            self.waiting.remove(one)
            self._say("dropped", now, "", one["alert"], "below_threshold")

    def _current(self, group: Any) -> str | None:
        names = [n for n, one in self.incidents.items() if one["group"] == group]
        return names[-1] if names and not self.incidents[names[-1]]["gone"] else None

    def _start(self, alert: Alert, now: int) -> None:
        policy = self.policy
        group = self._group(alert)
        name = self._current(group)
        incident = self.incidents[name] if name else None
        if (name and incident and incident["resolved"] is None) and (
            now - incident["last"] <= self.window
        ):
            self._join("add", name, alert, now)
            return self._gather(name, group, now)
        what = self._held_for(alert)
        if what is not None:
            known = self.conditions[alert.source, alert.key]
            known.update(held=(alert, policy.inhibit[what[0]].name, None))
            known["for"] = what
            return None
        at = self.begin + now * MINUTE
        for rule in policy.maintenance:
            spans = [one for one in rule.during.intervals if one.start <= at < one.end]
            if spans and rule.when.matches(alert, at=at):
                known = self.conditions[alert.source, alert.key]
                if rule.resume:
                    known["held"] = (alert, rule.name, self._minute(max(s.end for s in spans)))
                else:
                    known["held"] = (None, rule.name, None)
                    self._say("suppressed", now, "", alert, rule.name)
                return None
        within = policy.reopen_within
        if (name and incident and incident["resolved"] is not None and within is not None) and (
            now - incident["resolved"] <= within // MINUTE
        ):
            incident.update(resolved=None, opener=(alert.source, alert.key))
            self._join("reopen", name, alert, now)
            return self._gather(name, group, now)
        self.waiting.append({"alert": alert, "group": group, "at": now})
        if len([one for one in self.waiting if one["group"] == group]) >= policy.threshold:
            name = f"alerts-{len(self.incidents) + 1}"
            first = next(one for one in self.waiting if one["group"] == group)
            opener = (first["alert"].source, first["alert"].key)
            self.incidents[name] = {
                "group": group,
                "opener": opener,
                "last": now,
                "resolved": None,
                "gone": False,
            }
            self._gather(name, group, now, first="open")
        return None

    def _gather(self, name: str, group: Any, now: int, first: str = "add") -> None:
        mine = [one for one in self.waiting if one["group"] == group]
        self.waiting = [one for one in self.waiting if one["group"] != group]
        for one in mine:
            self._join(first, name, one["alert"], now)
            first = "add"

    def _join(self, kind: str, name: str, alert: Alert, now: int) -> None:
        self._say(kind, now, name, alert)
        self.incidents[name]["last"] = now
        known = self.conditions[alert.source, alert.key]
        known["incident"] = name
        self._unwait((alert.source, alert.key), now)
        held, known["held"], known["for"] = known["held"], None, None
        if held is not None and held[0] is not None:
            self._say("add", now, name, held[0])

    def _leave(self, name: tuple[str, str], now: int, why: str) -> None:
        known = self.conditions[name]
        left, known["incident"] = known["incident"], None
        members = [one for one in self.conditions.values() if one["incident"] == left]
        mode = self.policy.resolve_on
        if mode == "first" and self.incidents[left]["opener"] == name:
            self._say("resolve", now, left, None, why.replace("all_", "first_"))
            self._close(left, now)
        if mode == "all" and not members:
            self._say("resolve", now, left, None, why)
            self._close(left, now)

    def _deadlines(self, now: int) -> None:
        policy = self.policy
        for name in sorted(self.conditions):
            known = self.conditions[name]
            if (policy.silence is not None and known["firing"]) and (
                known["heard"] + policy.silence // MINUTE <= now
            ):
                known["firing"] = False
                if known["incident"] is None:
                    self._unwait(name, now)
                    self._unhold(known, now)
                elif not known["flapping"]:
                    self._leave(name, now, "silence")
            if known["flapping"]:
                within = policy.flapping.within // MINUTE
                if (
                    len([at for at in known["changes"] if at + within > now])
                    <= policy.flapping.stop
                ):
                    known["flapping"] = False
                    if known["incident"] is not None and not known["firing"]:
                        self._leave(name, now, "all_resolved")
            if (known["held"] is not None and known["held"][2] is not None) and (
                known["held"][2] <= now
            ):
                alert, known["held"] = known["held"][0], None
                self._start(alert, now)
            self._release(now)
        expired = [one for one in self.waiting if one["at"] + self.window <= now]
        expired.sort(key=lambda one: repr(one["group"]))
        for one in expired:
            self.waiting.remove(one)
            self._say("dropped", now, "", one["alert"], "below_threshold")
        for name, incident in self.incidents.items():
            members = [one for one in self.conditions.values() if one["incident"] == name]
            if incident["resolved"] is not None:
                if incident["resolved"] + (policy.reopen_within or MINUTE * 0) // MINUTE <= now:
                    incident["gone"] = True
            elif not members and incident["last"] + self.window <= now:
                incident["gone"] = True
