"""Follow every link of the pages to another site, and say which work.

Run from the repository's root: ``python -m tests.links``. A site that cannot be reached at all is
counted by itself: without a network nothing is known about a link, and the run fails.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# What requests says where no server answered: nothing about the page itself.
NO_ANSWER = re.compile(
    r"Max retries|Name or service|resolution|timed out|Connection (aborted|refused|reset)|Proxy"
    r"|unreachable",
    re.IGNORECASE,
)
PLAIN = ("README.md", "CHANGELOG.md", ".github/CONTRIBUTING.md", ".github/SECURITY.md")


def verdict(status: str, info: str) -> str:
    """Return what one answer of the builder means."""
    if status in ("broken", "timeout"):
        return "not reached" if status == "timeout" or NO_ANSWER.search(info) else "broken"
    return {"redirected": "working", "working": "working"}.get(status, "unchecked")


def links_at_root() -> Iterator[tuple[str, str]]:
    """Yield the links of the files beside the pages, each with its file."""
    for name in PLAIN:
        for link in re.findall(r"https?://[^\s)>\]`\"']+", (ROOT / name).read_text("utf-8")):
            yield name, link.rstrip(".,")


def asked(link: str) -> tuple[str, str]:
    """Return what a server says about a link, in the words of the builder."""
    request = urllib.request.Request(link, headers={"User-Agent": "linkcheck"})  # noqa: S310  https
    try:
        with urllib.request.urlopen(request, timeout=20):  # noqa: S310  the same
            return "working", ""
    except urllib.error.HTTPError as refused:
        return "broken", str(refused)
    except OSError as problem:
        return "timeout", str(problem)


def main() -> int:
    """Build, print each link that does not work, and the figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        built = folder / "links"
        command = ["-m", "sphinx", "-q", "-b", "linkcheck", "-D", "linkcheck_timeout=20"]
        command += ["-D", "nb_execution_mode=off", str(ROOT / "docs"), str(built)]
        subprocess.run([sys.executable, *command], check=False)  # noqa: S603  Sphinx itself
        lines = (built / "output.json").read_text("utf-8").splitlines()
    answers = [
        (f"{found['filename']}:{found['lineno']}", found["uri"], found["status"], found["info"])
        for found in map(json.loads, lines)
    ]
    answers += [(name, link, *asked(link)) for name, link in links_at_root()]
    counts: Counter[str] = Counter()
    for place, link, status, info in answers:
        judged = verdict(status, info)
        counts[judged] += 1
        if judged in ("broken", "not reached"):
            print(f"{judged}: {place}: {link} {info}")
    working, broken, missed = (counts[name] for name in ("working", "broken", "not reached"))
    if missed and not working:
        print(f"no site was reached from here: nothing is known about {missed} links")
        return 1
    print(f"links: {working} working, {broken} broken, {missed} not reached")
    return int(broken + missed > 0)


if __name__ == "__main__":
    sys.exit(main())
