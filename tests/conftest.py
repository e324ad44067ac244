"""What the whole suite shares: zone data, hypothesis profiles, and the real data files."""

from __future__ import annotations

import gc
import os
import re
import sys
import zoneinfo
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

# Zone data comes from the tzdata package, for this process and those it starts, so that an answer
# is the same on every machine (rule T7). This comes first: a zone is read only once.
os.environ["PYTHONTZPATH"] = ""
zoneinfo.reset_tzpath(to=())
zoneinfo.ZoneInfo.clear_cache()

# Collecting thousands of tests makes objects that live to the end; looking for garbage among them
# takes a quarter of that time. See pytest_collection_finish.
gc.disable()

import pytest  # noqa: E402
from hypothesis import HealthCheck, settings  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
# How many examples of each property a profile draws. A plain ``pytest`` has the quick profile: it
# draws the same examples each time and leaves out the tests with the markers below. Every other
# profile draws new examples each time and runs all tests.
EXAMPLES = {"quick": 10, "full": 50, "long": 150, "heavy": 2_000, "million": 1_000_000}
LEFT_OUT = ("data", "heavy", "hostile", "notebook", "process", "table")
PROFILE = os.environ.get("INCIDENTCORE_HYPOTHESIS") or "quick"

LEFT = pytest.StashKey[dict[str, int]]()
# What the reasons of skipped tests say, and what is missing.
LACKS = {
    "PostgreSQL": "PostgreSQL",
    "Chromium": "Chromium",
    "real data": "the real data",
    r"[Ee]xtra '?([\w]+)'?": r"the extra \1",
    r"could not import '(\w+)": r"the package \1",
    r"the stage interop installs (\w+)": r"the package \1",
}

for _profile, _examples in EXAMPLES.items():
    settings.register_profile(
        _profile,
        max_examples=_examples,
        deadline=None,
        stateful_step_count=20 if _profile == "quick" else 50,
        derandomize=_profile == "quick",
        database=None if _profile == "quick" else settings.default.database,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
settings.load_profile(PROFILE)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Use two processes for a plain run; for chosen tests, starting them would take longer."""
    chosen = config.args_source is pytest.Config.ArgsSource.ARGS or config.option.markexpr
    return 0 if chosen or PROFILE != "quick" else 2


def pytest_report_header() -> str:
    return f"incidentcore: hypothesis profile {PROFILE}, zone data of the tzdata package"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave long tests out of the quick profile, unless a marker or their name chooses them."""
    by_name = bool(config.args) and all("::" in argument for argument in config.args)
    if PROFILE != "quick" or config.option.markexpr or by_name:
        return
    marked = [(item, next(filter(item.get_closest_marker, LEFT_OUT), None)) for item in items]
    left_out = [item for item, marker in marked if marker]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item, marker in marked if not marker]
    config.stash[LEFT] = dict(Counter(marker for _, marker in marked if marker))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Let a process of several say what it left out: each of them collects the same tests."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = session.config.stash.get(LEFT, {})


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    node.config.stash[LEFT] = getattr(node, "workeroutput", {}).get("left_out", {})


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> Iterator[None]:
    """Say in one line at the end how many tests did not run, and for lack of what."""
    yield
    lacking = Counter(
        lack(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", ())
    )
    left_out = config.stash.get(LEFT, {})
    parts = [f"{count} for lack of {what}" for what, count in sorted(lacking.items())]
    if left_out:
        named = ", ".join(f"{count} {marker}" for marker, count in sorted(left_out.items()))
        parts.append(f"{sum(left_out.values())} left out of this profile ({named})")
    if parts:
        terminalreporter.write_line("not run: " + "; ".join(parts))


def lack(reason: str) -> str:
    """Return what a skipped test wants: a name, or its own words."""
    reason = reason.removeprefix("Skipped: ")
    for pattern, what in LACKS.items():
        if match := re.search(pattern, reason):
            return match.expand(what)
    return f"something else ({reason})"


def pytest_collection_finish() -> None:
    """Look for garbage again, and no longer among what the collection of tests has made."""
    gc.freeze()
    gc.set_threshold(50_000)
    gc.enable()


@pytest.fixture
def work_of() -> Callable[[Callable[[], object]], int]:
    """Return a function that counts the lines of Python that a call runs.

    It measures growth without a clock. What C code does within a line is not counted.
    """

    def count(call: Callable[[], object]) -> int:
        lines = 0

        def step(frame: FrameType, event: str, _: object) -> Callable[..., Any]:
            nonlocal lines
            lines += event == "line"
            return step

        before = sys.gettrace()
        sys.settrace(step)
        try:
            call()
        finally:
            sys.settrace(before)
        return lines

    return count


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Return the folder of the real data files, or skip; a wrong setting is an error."""
    given = os.environ.get("INCIDENTCORE_DATA")
    if not given:
        pytest.skip("no real data here: set INCIDENTCORE_DATA to its folder")
    folder = Path(given)
    if not folder.is_dir():
        pytest.fail(f"INCIDENTCORE_DATA is {given!r}, which is not a folder")
    return folder
