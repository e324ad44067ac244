"""The problems found in a document, each with the path to its place."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any, Final, TypeAlias

import attrs
from cattrs import BaseValidationError
from cattrs.errors import AttributeValidationNote

from incidentcore.errors import FormatError, InvalidValueError

Path: TypeAlias = tuple[str | int, ...]

OWN_CLASS: Final = "pass a class of your own to Codec({name: class})"
_SHOWN: Final = 60
_ALIKE: Final = 100
_LONGEST_PATH: Final = 140
_LONGEST_MESSAGE: Final = 250


@attrs.frozen
class Fault:
    """One problem found in a document.

    Attributes:
        message: What was found and what is allowed.
        path: The path from the document's root.
        unknown: Whether the problem is an unknown field, which some readers keep.
        fatal: Whether the rest of the document could not be checked.
    """

    message: str
    path: Path = ()
    unknown: bool = False
    fatal: bool = False


class Mismatch(Exception):  # noqa: N818  never leaves the room
    """Raised when data is not valid in its place; callers add the path."""


class Faults(Exception):  # noqa: N818  never leaves the room
    """Raised when data is invalid in several nested places."""

    def __init__(self, found: Iterable[Fault]) -> None:
        super().__init__()
        self.found: tuple[Fault, ...] = tuple(found)


class Unwritable(Exception):  # noqa: N818  never leaves the room
    """Raised when a value cannot be written; callers add the path."""

    def __init__(self, given: object, allowed: str) -> None:
        super().__init__(given, allowed)
        self.given = given
        self.allowed = allowed
        self.path: list[str | int] = []

    def refused(self) -> InvalidValueError:
        """Return the ``InvalidValueError`` to raise for the library's caller."""
        allowed = getattr(type(self.given), "write_instead", self.allowed)
        return InvalidValueError(render_path(reversed(self.path)), self.given, allowed)


def check_hashes(values: Collection[Any]) -> None:
    """Raise an error if many values have the same hash, since a set of them takes quadratic time.

    Whole numbers that differ by multiples of 2**61 - 1 have the same hash, as do fractions and
    tuples of them.

    Raises:
        Mismatch: Too many values have the same hash or are equal.
    """
    if len(values) - len(set(map(hash, values))) > _ALIKE:
        raise Mismatch(f"over {_ALIKE} values that are equal or hash alike; allowed: others")


def faults_of(error: BaseException, path: Path = ()) -> Iterator[Fault]:
    """Yield the problems that an error of a nested reader describes."""
    if isinstance(error, Faults):
        for problem in error.found:
            yield attrs.evolve(problem, path=path + problem.path)
    elif isinstance(error, BaseValidationError):
        for part in error.exceptions:
            yield from faults_of(part, path + _noted(part))
    elif isinstance(error, KeyError) and path and error.args == (path[-1],):
        yield Fault("a required field is missing", path)
    elif isinstance(error, RecursionError):
        yield Fault("nested too deeply", path[:5])
    else:
        yield Fault(str(error) or type(error).__name__, path)


def _noted(error: BaseException) -> Path:
    notes = getattr(error, "__notes__", ())
    return tuple(note.name for note in notes if isinstance(note, AttributeValidationNote))


def show(data: object) -> str:
    """Return plain data as text of limited length."""
    if isinstance(data, dict):
        return "an object"
    if isinstance(data, list):
        return "an array"
    if data is None:
        return "null"
    if isinstance(data, bool):
        return "true" if data else "false"
    if isinstance(data, str):
        shown = ascii(data[:_SHOWN])
        return shown if len(data) <= _SHOWN else f"{shown}… ({len(data)} characters)"
    if isinstance(data, int) and data.bit_length() > 200:
        return f"a number of {data.bit_length()} bits"
    if isinstance(data, (int, float)):
        return repr(data)
    return f"a {type(data).__name__}"


def render_path(path: Iterable[str | int]) -> str:
    """Return a path in JSONPath notation."""
    text = "$"
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif step.isascii() and step.isidentifier():
            text += f".{step}"
        else:
            text += f"[{_quoted(step)}]"
        if len(text) > _LONGEST_PATH:
            return f"{text[:_LONGEST_PATH]}…"
    return text


def _quoted(step: str) -> str:
    shown = step[:_SHOWN].encode("ascii", "backslashreplace").decode().replace('"', '\\"')
    shown = "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in shown)
    return f'"{shown}"' if len(step) <= _SHOWN else f'"{shown}…"'


def render(found: Iterable[Fault], most: int) -> FormatError:
    """Return the error that lists up to ``most`` problems, each once, in the document's order."""
    lines: list[str] = []
    seen: set[str] = set()
    more = 0
    for problem in found:
        if len(lines) == most:
            more += 1  # only counted: putting each into words would take longer than reading
            continue
        message = problem.message
        if len(message) > _LONGEST_MESSAGE:
            message = f"{message[:_LONGEST_MESSAGE]}…"
        line = f"{message} @ {render_path(problem.path)}"
        if line in seen:
            continue
        seen.add(line)
        lines.append(line)
    if more:
        lines.append(f"and {more} more problems @ $")
    return FormatError(lines)
