"""Draw the lifecycles from their tables: run ``python docs/draw_lifecycles.py`` after a change.

Needs Graphviz, whose output differs between its versions. So each picture carries the digest of
the text it was drawn from, and a test compares that: pictures are in step with the tables wherever
the test runs, with or without Graphviz.
"""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

from incidentcore.lifecycle import INCIDENT, MAJOR_INCIDENT, PROBLEM, SERVICE_REQUEST, to_dot
from incidentcore.lifecycle.presets import DIALECTS

TARGET = Path(__file__).with_name("figures")

_LOOK = """rankdir=LR;
  ranksep=0.45;
  nodesep=0.3;
  edge [fontname="sans-serif", fontsize=11];"""


def texts() -> dict[str, str]:
    """Return what each picture is drawn from, by its file's name."""
    lifecycles = (INCIDENT, PROBLEM, SERVICE_REQUEST, MAJOR_INCIDENT, *DIALECTS)
    return {f"lifecycle_{one.id}.svg": _narrow(to_dot(one)) for one in lifecycles}


def _narrow(text: str) -> str:
    """Break the labels of arrows into lines, so that a picture fits the width of a page."""
    lines = []
    for line in text.replace("rankdir=LR;", _LOOK, 1).splitlines():
        arrow, marker, label = line.partition("[label=")
        for sign, broken in ((" (", "\\n("), (" [", "\\n["), (", ", ",\\n")):
            label = label.replace(sign, broken)
        lines.append(arrow + marker + label)
    return "\n".join(lines) + "\n"


def digest(text: str) -> str:
    """Return the mark that a picture carries."""
    return f"<!-- drawn from {hashlib.sha256(text.encode()).hexdigest()} -->"


def main() -> None:
    """Draw every picture."""
    TARGET.mkdir(exist_ok=True)
    for name, text in texts().items():
        drawn = subprocess.run(
            ["dot", "-Tsvg"],  # noqa: S607  wherever Graphviz is installed
            input=text,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        start = drawn.index("<svg")
        (TARGET / name).write_text(f"{digest(text)}\n{drawn[start:]}", encoding="utf-8")


if __name__ == "__main__":
    main()
