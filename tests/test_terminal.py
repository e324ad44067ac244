"""What is printed for a terminal."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest

from incidentcore._terminal import WatchedPath, leave_quietly, one_line, printable, with_progress


class Terminal(io.StringIO):
    """Standard error that says it is a terminal."""

    def isatty(self) -> bool:
        """Return True."""
        return True


def test_progress_says_how_long_it_will_take(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A count with its rate, and the time left while a part of the file is unread."""
    path = WatchedPath(tmp_path / "file")
    path.write_bytes(b"x" * 1_000)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with path.open("rb", buffering=0) as file:
        file.read(500)
        assert path.share_read() == 0.5
        assert list(with_progress(iter(range(300)), path)) == list(range(300))
    assert "\r250 incidents, " in terminal.getvalue()
    assert " a second, about 0 s left" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\x1b[K")
    assert path.share_read() == 1.0


@pytest.mark.parametrize(("count", "shown"), [(249, False), (250, True)])
def test_progress_is_shown_from_the_250th_on(
    *, count: int, shown: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One fewer leaves the line as it was."""
    path = WatchedPath(tmp_path / "file")
    path.write_bytes(b"x")
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    assert list(with_progress(range(count), path)) == list(range(count))
    assert ("250 incidents, " in terminal.getvalue()) is shown
    assert terminal.getvalue().endswith("\r\x1b[K")


def test_progress_is_not_kept_in_a_buffer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each line of it goes to the terminal at once, and so does its end."""
    path = WatchedPath(tmp_path / "file")
    path.write_bytes(b"x")
    terminal = Terminal()
    flushed: list[str] = []
    monkeypatch.setattr(terminal, "flush", lambda: flushed.append(terminal.getvalue()))
    monkeypatch.setattr(sys, "stderr", terminal)
    list(with_progress(range(250), path))
    assert ["250 incidents" in one for one in flushed] == [True, True]
    assert [one.endswith("\r\x1b[K") for one in flushed] == [False, True]


def test_no_character_steers_a_terminal() -> None:
    """Escapes are shown; an error is one line."""
    assert printable("a\x1b[2J\nb") == "a\\x1b[2J\nb"
    assert one_line(ValueError("a\nb\x07")) == "a; b\\x07"
    assert one_line(FileNotFoundError(2, "No such file", "x.csv")) == "x.csv: no such file"
    assert one_line(OSError("the stream is closed")) == "the stream is closed"


def test_a_path_closes_what_it_opened(tmp_path: Path) -> None:
    """Nothing before it was opened; then the file, of which all counts as read."""
    path = WatchedPath(tmp_path / "file")
    path.write_bytes(b"x" * 10)
    path.last = None
    path.close()
    file = path.open("rb")
    assert path.share_read() == 0
    path.close()
    assert file.closed
    assert path.share_read() == 1


def test_what_is_left_for_a_closed_pipe_goes_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Standard output is the null device from then on, so that the last flush cannot fail."""
    moved: list[tuple[int, int]] = []
    monkeypatch.setattr(sys, "stdout", Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115
    monkeypatch.setattr(os, "dup2", lambda one, other: moved.append((one, other)))
    leave_quietly()
    ((new, old),) = moved
    assert old == sys.stdout.fileno()
    assert os.fstat(new).st_rdev == Path(os.devnull).stat().st_rdev
    os.close(new)
    sys.stdout.close()
