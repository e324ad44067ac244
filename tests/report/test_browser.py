"""A browser opens the page without an error, and asks for nothing but the page."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from incidentcore.pages import Picture

from .cases import report

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), None)

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(BROWSER is None, reason="no Chromium here"),
]


@contextmanager
def served(text: str) -> Iterator[tuple[str, list[str]]]:
    """Serve a page at an address; the paths asked for are gathered."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *given: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def opened(text: str, folder: Path) -> tuple[str, list[str], str]:
    """Return the document that a browser made of a page, what it asked for, and its console."""
    assert BROWSER is not None
    with served(text) as (address, asked):
        done = subprocess.run(  # noqa: S603  the browser of this machine
            [
                BROWSER,
                *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"),
                *("--disable-background-networking", "--enable-logging=stderr"),
                f"--user-data-dir={folder}",
                *("--virtual-time-budget=3000", "--timeout=20000", "--dump-dom", address),
            ],
            capture_output=True,
            text=True,
            check=True,
            timeout=90,
        )
    console = "\n".join(line for line in done.stderr.splitlines() if "CONSOLE" in line)
    return done.stdout, asked, console


def test_a_report_opens_without_errors_and_makes_no_request(tmp_path: Path) -> None:
    """The page is the only thing asked for, its console is empty, and all of it is there."""
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9"/></svg>'
    page = report().with_pictures({"flow": Picture(svg=svg, dark=svg, text="Flow")})
    document, asked, console = opened(page.to_html(), tmp_path)
    assert asked == ["/"]
    assert console == ""
    for section in page.sections:
        assert f">{section.title}</h2>" in document
    assert "Definition " in document.split("</body>")[0]


def test_a_page_that_asks_and_fails_is_seen(tmp_path: Path) -> None:
    """The check above can fail: a picture is a request, an error is in the console."""
    text = "<!DOCTYPE html><link rel=icon href=data:,><img src=/x.png><script>throw 1</script>"
    _, asked, console = opened(text, tmp_path)
    assert sorted(asked) == ["/", "/x.png"]
    assert "Uncaught" in console


def test_the_policy_of_a_page_stops_what_was_smuggled_in(tmp_path: Path) -> None:
    """Even where something got into the page, it is not run and nothing is fetched."""
    bad = "<img src=/x.png><script>document.title = 'taken'</script></body>"
    document, asked, console = opened(report().to_html().replace("</body>", bad), tmp_path)
    assert asked == ["/"]
    assert "Content Security Policy" in console
    assert "<title>Report</title>" in document
