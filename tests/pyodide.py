"""Run the demo and the tests of the core in Pyodide, the Python of browsers, under Node.

Run from the repository's root: ``python -m tests.pyodide``; it needs ``node`` and ``npm``. Packages
come from their registries as pure Python. The demo must print there what it prints here, and the
tests of the rooms below must pass; what starts processes or needs an extra is not for a browser.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYODIDE, PYTHON = "314.0.7", "3.14"
# The last hypothesis without compiled parts that we accept is the floor of the extra dev.
PACKAGES = ["attrs", "cattrs", "python-dateutil", "tzdata", "pytest", "pytest-xdist"]
PACKAGES += ["hypothesis==6.140.0"]
TESTS = ["schedule/test_oracles.py", "schedule/test_calendar.py", "sla", "lifecycle", "records"]
TESTS += ["priority", "escalation", "conditions", "values"]
SCRIPT = """
import { loadPyodide } from "pyodide";
const [site, tree, demo, ...tests] = process.argv.slice(2);
const py = await loadPyodide();
for (const [place, root] of [["/site", site], ["/tree", tree]]) {
  py.FS.mkdirTree(place);
  py.FS.mount(py.FS.filesystems.NODEFS, { root }, place);
}
py.globals.set("demo", demo);
py.globals.set("tests", py.toPy(tests));
const code = py.runPython(`
import os, runpy, sys
from contextlib import redirect_stdout
sys.path[:0] = ["/site", "/tree"]
os.chdir("/tree")
os.environ["PYTHONTZPATH"] = ""
sys.dont_write_bytecode = True
import incidentcore.cli
with open(demo, "w") as file, redirect_stdout(file):
    assert not incidentcore.cli.main(["demo"])
import pytest
print("Python", sys.version)
# This hypothesis counts references to a random of its own, which Python 3.14 counts otherwise.
quiet = ["-W", "ignore:It looks like:hypothesis.errors.HypothesisWarning"]
int(pytest.main(["-q", "-n", "0", "-p", "no:cacheprovider", *quiet, *tests]))
`);
process.exit(code);
"""


def main() -> int:
    """Install, run, compare, and print the figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        site, tree = folder / "site", folder / "tree"
        pip = [sys.executable, "-m", "pip", "install", "-q", "--target", str(site)]
        pip += ["--only-binary", ":all:", "--python-version", PYTHON, "--no-compile"]
        subprocess.run([*pip, *PACKAGES], check=True)  # noqa: S603  pip itself
        ours = shutil.ignore_patterns("__pycache__", ".*", "_build", "node_modules")
        shutil.copytree(ROOT / "src" / "incidentcore", site / "incidentcore", ignore=ours)
        for part in ("tests", "docs", "benchmarks"):
            shutil.copytree(ROOT / part, tree / part, ignore=ours)
        shutil.copy(ROOT / "pyproject.toml", tree)
        npm = ["npm", "install", "--silent", "--no-audit", "--no-fund", f"pyodide@{PYODIDE}"]
        subprocess.run(npm, cwd=folder, check=True)  # noqa: S603  npm itself
        (folder / "run.mjs").write_text(SCRIPT, encoding="utf-8")
        demo = [sys.executable, "-m", "incidentcore", "demo"]
        here = subprocess.run(demo, capture_output=True, check=True).stdout  # noqa: S603  our own
        there = tree / "demo.txt"
        node = ["node", "run.mjs", str(site), str(tree), "/tree/demo.txt"]
        done = subprocess.run(  # noqa: S603  node itself
            [*node, *(f"tests/{test}" for test in TESTS)],
            cwd=folder, capture_output=True, text=True, check=False,
            env={**os.environ, "INCIDENTCORE_HYPOTHESIS": "quick"},
        )  # fmt: skip
        print(done.stdout[-4_000:] + done.stderr[-4_000:])
        same = there.exists() and there.read_bytes() == here
    counts = {word: int(n) for n, word in re.findall(r"(\d+) (passed|failed|error)", done.stdout)}
    failed = counts.get("failed", 0) + counts.get("error", 0) + (not same)
    if "passed" in counts:
        print(
            f"pyodide {PYODIDE}: {counts['passed']} passed, {failed} failed; demo the same: {same}"
        )
    return int(bool(done.returncode or failed))


if __name__ == "__main__":
    sys.exit(main())
