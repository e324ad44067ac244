"""The context in which a desk file is read, with the faults found so far and their places."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import reduce
from typing import Any, Final, TypeAlias, cast
from zoneinfo import ZoneInfo

import attrs

from incidentcore._checks import misspelt, nearest
from incidentcore.desk.toml import value_text
from incidentcore.desk.words import WrongError
from incidentcore.errors import DefinitionError, InvalidValueError
from incidentcore.priority import STANDARD_POLICY, PriorityPolicy
from incidentcore.values import LintFinding

Path: TypeAlias = tuple[str | int, ...]
_SECTIONS: Final = {"plain_calendars": "calendars", "on_call": "oncall"}
MISSING: Final = object()
"""Marks a missing key, both in reading and in writing."""


def path_text(path: Path) -> str:
    """Return a path as text, such as ``services.gold.warn[1]``."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step + 1}]"
        else:
            part = step if step.replace("_", "").replace("-", "").isalnum() else f'"{step}"'
            text += f".{part}" if text else part
    return text or "the file"


@attrs.define(kw_only=True, eq=False)
class Reading:
    """The context in which a desk file is read: known names, time zone, and the faults found.

    ``lines`` has the line number of each path, if known; the rest is as for ``load_desk``.
    """

    data: Mapping[str, Any]
    code: Mapping[str, Any]
    files: Mapping[str, str]
    lines: Mapping[Path, int]
    source: str
    used: set[str] = attrs.field(factory=set)
    sources: list[str] = attrs.field(factory=list)
    assumed: list[LintFinding] = attrs.field(factory=list)
    zone: ZoneInfo = attrs.field(default=ZoneInfo("UTC"))
    policy: Any = STANDARD_POLICY
    names: dict[str, dict[str, Any]] = attrs.field(factory=dict)
    homes: dict[Path, Path] = attrs.field(factory=dict)
    faults: dict[tuple[Path, str], str] = attrs.field(factory=dict)
    subject: str = "record"

    def line(self, path: Path) -> int:
        """Return the line of a path, or of the nearest part around it; 0 if none is known."""
        around = (path[:length] for length in range(len(path), 0, -1))
        return next((self.lines[part] for part in around if part in self.lines), 0)

    def fault(self, path: Path, wrong: WrongError) -> None:
        """Record a fault at a path of the file."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.homes:  # inherited: the fault lies where it was written
                path = (*self.homes[path[:length]], *path[length:])
                break
        line = self.line(path)
        place = f"{self.source}, line {line}" if line else self.source
        given = _shown(wrong.given)
        given = given if len(given) <= 80 else f"{given[:79]}…"
        said = "is missing; needed" if wrong.given is MISSING else f"got {given}; allowed"
        near = f"; nearest: {wrong.nearest}" if wrong.nearest else ""
        text = f"{place}: {path_text(path)}: {said}: {wrong.allowed}"
        text += near or nearest(wrong.given, wrong.names)
        self.faults.setdefault((path, wrong.allowed), text)

    def tried(self, path: Path, read: Callable[..., Any], *arguments: Any) -> Any:
        """Return the result of ``read``; if it finds a fault, record it and return BROKEN."""
        try:
            return read(*arguments)
        except BrokenError:
            return BROKEN
        except WrongError as wrong:
            self.fault(path, wrong)
        except (DefinitionError, InvalidValueError) as error:
            key, data = error.where.rpartition(".")[2], cast("Any", self.data)
            with suppress(LookupError, TypeError):  # at its key, where the file has it
                reduce(lambda value, step: value[step], (*path, key), data)
                path = (*path, key)
            where = "" if key in path else f" ({error.where})"
            self.fault(path, WrongError(error.given, f"{error.allowed}{where}"))
        return BROKEN

    def each(
        self,
        read: Callable[[Any, Reading, Path], Any],
        items: Iterable[tuple[str | int, Any]],
        path: Path,
    ) -> dict[str | int, Any]:
        """Return the result of ``read`` for each item, by key or position, if none has a fault."""
        made = {
            key: self.tried((*path, key), read, item, self, (*path, key)) for key, item in items
        }
        whole(made.values())
        return made

    def named(self, kind: str, name: object, what: str) -> Any:
        """Return the value of a kind, such as a calendar, that the file defines under a name.

        ``what`` says in the error what is allowed.
        """
        known = self.names.get(kind, {})
        if name in tuple(known):
            whole((known[str(name)],))
            return known[str(name)]
        self.need_section(_SECTIONS.get(kind, kind))
        allowed = f"{what}: {', '.join(known)}" if known else f"{what}; there is none"
        raise WrongError(name, allowed, tuple(known))

    def need_section(self, section: str) -> None:
        """Raise ``BrokenError`` if a section is misspelt or not a table: no names are known."""
        for path, _ in self.faults:
            if len(path) == 1 and (path[0] == section or misspelt(path[0], (section,))):
                raise BrokenError

    def priority(self) -> PriorityPolicy:
        """Return how priorities are computed, as far as conditions refer to it: with its levels."""
        self.need_section("priority")
        policy: PriorityPolicy = self.policy
        whole((policy,))
        return policy

    def callable(self, name: object) -> Any:
        """Return the callable that ``{ code = "name" }`` names."""
        known = tuple(self.code)
        if name not in known:
            named = ", ".join(known) or "none was given"
            raise WrongError(
                name, f"a name of --code or load_desk(text, code={{...}}): {named}", known
            )
        self.used.add(str(name))
        return self.code[str(name)]


def _shown(value: object) -> str:
    """Return a value as a file has it."""
    try:
        return repr(value) if isinstance(value, str) else value_text(value)
    except DefinitionError:
        return repr(value)


class BrokenError(Exception):
    """Raised if a value has a fault that was already recorded."""


BROKEN: Final = object()
"""Marks a value that could not be read."""


def whole(values: Iterable[object]) -> None:
    """Raise ``BrokenError`` if one of several values is ``BROKEN``."""
    if any(value is BROKEN for value in values):
        raise BrokenError
