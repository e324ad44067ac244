"""Text for a terminal: without control characters, errors on one line, progress counted."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from typing import Final, TypeVar

__all__ = ["leave_quietly", "one_line", "printable", "with_progress"]

T = TypeVar("T")

_STEP: Final = 250


def with_progress(incidents: Iterable[T]) -> Iterator[T]:
    """Yield the incidents on; on a terminal, count them on standard error."""
    if not sys.stderr.isatty():
        yield from incidents
        return
    try:
        for count, incident in enumerate(incidents, 1):
            if count % _STEP == 0:
                print(f"\r{count:,} incidents", end="", file=sys.stderr, flush=True)
            yield incident
    finally:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def printable(text: str) -> str:
    """Return text without characters that would steer a terminal: a file may hold any."""
    return "".join(c if c == "\n" or c.isprintable() else f"\\x{ord(c):02x}" for c in text)


def one_line(error: Exception) -> str:
    """Return an error as one line."""
    if isinstance(error, OSError):
        return f"{error.filename}: {error.strerror}" if error.filename else str(error)
    return printable("; ".join(str(error).splitlines()))


def leave_quietly() -> None:
    """Let the interpreter's last flush go nowhere: nobody reads standard output any more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
