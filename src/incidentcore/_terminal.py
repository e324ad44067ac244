"""Text for a terminal: no control characters, errors on one line, and a progress display."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeVar

from incidentcore._checks import nearest

T = TypeVar("T")

_STEP: Final = 250


class WatchedPath(type(Path())):  # type: ignore[misc]  # the class for this system
    """A path that remembers the file it last opened, to report how much of it has been read."""

    last: Any = None

    def open(self, *how: Any, **options: Any) -> Any:
        """Open the file, and remember it for ``close`` and ``share_read``."""
        self.last = super().open(*how, **options)
        return self.last

    def close(self) -> None:
        """Close the file; an error halfway through reading would otherwise leave it open."""
        if self.last is not None:
            self.last.close()

    def share_read(self) -> float:
        """Return the fraction of the file that was read, from 0 to 1; 1 if it is not known."""
        size = self.stat().st_size
        return 1.0 if self.last is None or self.last.closed or not size else self.last.tell() / size


def with_progress(incidents: Iterable[T], path: WatchedPath) -> Iterator[T]:
    """Pass incidents through; on a terminal, show count, rate and time left on standard error."""
    if not sys.stderr.isatty():
        yield from incidents
        return
    began = datetime.now(UTC)
    try:
        for count, incident in enumerate(incidents, 1):
            if count % _STEP == 0:
                took = (datetime.now(UTC) - began).total_seconds() or 1e-6
                read = path.share_read()
                left = f", about {took * (1 - read) / read:,.0f} s left" if 0 < read < 1 else ""
                text = f"\r{count:,} incidents, {count / took:,.0f} a second{left}\x1b[K"
                print(text, end="", file=sys.stderr, flush=True)
            yield incident
    finally:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def printable(text: str) -> str:
    """Return text without terminal control characters, which a file may contain."""
    return "".join(c if c == "\n" or c.isprintable() else f"\\x{ord(c):02x}" for c in text)


def one_line(error: Exception) -> str:
    """Return the message of an error on one line."""
    text = _of_file(error) if isinstance(error, OSError) and error.filename else str(error)
    return printable("; ".join(text.splitlines()))


def _of_file(error: OSError) -> str:
    """Return what is wrong with a file, and which names its folder has instead."""
    path, text, names = Path(str(error.filename)), error.strerror or str(error), list[str]()
    with suppress(OSError):  # a folder that may not be read
        folder = path if isinstance(error, IsADirectoryError) else path.parent
        names = sorted(one.name for one in os.scandir(folder) if one.is_file())
    if isinstance(error, IsADirectoryError):
        text = f"is a folder; name a file in it: {', '.join(names[:5]) or 'none'}"
    elif isinstance(error, FileExistsError):
        text = "is a file, where a folder is needed"
    elif isinstance(error, FileNotFoundError):
        near = "; standard input is not read" if path.name == "-" else nearest(path.name, names)
        text = f"no such file{near}"
    return f"{path}: {text}"


def leave_quietly() -> None:
    """Discard further output, since the reader of standard output has closed the pipe."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
