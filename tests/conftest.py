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
from typing import Any, TypeGuard

# Zone data comes from the tzdata package, for this process and those it starts, so that an answer
# is the same on every machine (rule T7). This comes first: a zone is read only once.
os.environ["PYTHONTZPATH"] = ""
zoneinfo.reset_tzpath(to=())
zoneinfo.ZoneInfo.clear_cache()

# Collecting thousands of tests makes objects that live to the end; looking for garbage among them
# takes a quarter of that time. See pytest_collection_finish.
gc.disable()

import pytest  # noqa: E402
from hypothesis import HealthCheck, is_hypothesis_test, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
# How many examples of each property a profile draws. A plain ``pytest`` has the quick profile: it
# draws the same examples each time, leaves out the tests with the markers below, and runs the rows
# of a table as one test. Every other profile draws new examples each time and runs all tests.
EXAMPLES = {"quick": 10, "full": 50, "long": 150, "heavy": 2_000, "million": 1_000_000}
LEFT_OUT = ("data", "heavy", "hostile", "notebook", "process", "table")
PROFILE = os.environ.get("INCIDENTCORE_HYPOTHESIS") or "quick"

LEFT = pytest.StashKey[dict[str, int]]()
FOLDED = pytest.StashKey[tuple[int, int]]()
# What the reasons of skipped tests say, and what is missing.
LACKS = {
    "PostgreSQL": "PostgreSQL",
    "Chromium": "Chromium",
    "real data": "the real data",
    r"[Ee]xtra '?([\w]+)'?": r"the extra \1",
    r"could not import '(\w+)": r"the package \1",
    r"the stage interop installs (\w+)": r"the package \1",
    r"(\w+) is not installed; the stage interop": r"the package \1",
    r"the store does not declare '(\w+)'": r"a store with \1",
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


@pytest.hookimpl(wrapper=True)
def pytest_sessionstart(session: pytest.Session) -> Iterator[None]:
    """Let hypothesis work out the characters of a text once, while the two processes start."""
    yield
    if session.config.pluginmanager.hasplugin("dsession"):
        st.text().validate()


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[Any]:
    """Let the second of two processes import the files from the other end.

    In a fresh clone each of them then writes the cache of one half, and reads that of the other.
    """
    report = yield
    if isinstance(collector, pytest.Directory) and is_second(collector.config) and report.result:
        report.result.reverse()
    return report


def is_second(config: pytest.Config) -> bool:
    """Say whether this is the second process of every two that xdist has started."""
    worker = getattr(config, "workerinput", {}).get("workerid", "gw0")
    return bool(int(worker.removeprefix("gw")) % 2)


def pytest_report_header() -> str:
    return f"incidentcore: hypothesis profile {PROFILE}, zone data of the tzdata package"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> Iterator[None]:
    """Give each process the same tests in the same order, before pytest-randomly changes it.

    The quick profile leaves long tests out, unless a marker or their name chooses them, and runs
    the rows of a table as one test.
    """
    items.sort(key=lambda item: item.nodeid.partition("::")[0])
    chosen = config.option.markexpr or all("::" in argument for argument in config.args or [""])
    if PROFILE == "quick" and not chosen:
        leave_out(config, items)
        if not (config.option.keyword or config.option.collectonly):
            fold(config, items)
    return (yield)


def leave_out(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the long tests, and count them by their markers."""
    marked = [(item, next(filter(item.get_closest_marker, LEFT_OUT), None)) for item in items]
    left_out = [item for item, marker in marked if marker]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item, marker in marked if not marker]
    config.stash[LEFT] = dict(Counter(marker for _, marker in marked if marker))


def fold(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Replace the rows of each table by one test.

    What pytest and xdist do around a test takes longer than most of thousands of rows.
    """
    tables: dict[tuple[object, str], list[pytest.Function]] = {}
    for item in items:
        if is_row(item):
            tables.setdefault((item.parent, item.originalname), []).append(item)
    of_many = {key: rows for key, rows in tables.items() if len(rows) > 1}
    first = {rows[0]: Table.from_parent(rows[0].parent, rows=rows) for rows in of_many.values()}
    others = {row for rows in of_many.values() for row in rows[1:]}
    items[:] = [first.get(item, item) for item in items if item not in others]
    config.stash[FOLDED] = (len(first) + len(others), len(first))


def is_row(item: pytest.Item) -> TypeGuard[pytest.Function]:
    """Say whether a test is a call with the values of a row: no fixture, no skip, no examples."""
    if type(item) is not pytest.Function or not hasattr(item, "callspec") or item.callspec.marks:
        return False
    tables = list(item.iter_markers("parametrize"))
    names = ",".join(
        given if isinstance(given := mark.args[0], str) else ",".join(given) for mark in tables
    )
    return (
        set(item.fixturenames) == {name.strip() for name in names.split(",")}
        and not any("indirect" in mark.kwargs for mark in tables)
        and not {"skip", "importorskip"} & set(item.function.__code__.co_names)
        and not is_hypothesis_test(item.function)
    )


class Table(pytest.Item):
    """The rows of a table as one test, which runs each and names each that fails."""

    def __init__(self, *, rows: list[pytest.Function], **others: Any) -> None:
        super().__init__(name=rows[0].originalname, **others)
        self.rows = rows
        self.failed: list[tuple[pytest.Function, BaseException]] = []
        self.own_markers = rows[0].own_markers
        self.module, self.cls = rows[0].module, rows[0].cls  # pytest-randomly looks for them

    def runtest(self) -> None:
        """Run each row, also after one that fails."""
        self.failed.clear()
        for row in self.rows:
            try:
                row.obj(**row.callspec.params)
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # noqa: BLE001  to skip, which is_row does not see, too
                self.failed.append((row, error))
        assert not self.failed

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException]) -> str:
        """Show each row that fails as if it were a test of its own."""
        parts = [f"{len(self.failed)} of {len(self.rows)} rows fail"]
        for row, error in self.failed:
            shown = row.repr_failure(pytest.ExceptionInfo.from_exception(error))
            parts.append(f"{row.nodeid}\n{shown}")
        return "\n\n".join(parts)

    def reportinfo(self) -> tuple[os.PathLike[str] | str, int | None, str]:
        """Return the place of the function."""
        path, line, _ = self.rows[0].reportinfo()
        return path, line, self.name


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Let a process of several say what it left out: each of them collects the same tests."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = session.config.stash.get(LEFT, {})
        session.config.workeroutput["folded"] = session.config.stash.get(FOLDED, (0, 0))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    output = getattr(node, "workeroutput", {})
    node.config.stash[LEFT] = output.get("left_out", {})
    node.config.stash[FOLDED] = output.get("folded", (0, 0))


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
    rows, tables = config.stash.get(FOLDED, (0, 0))
    if tables:
        terminalreporter.write_line(f"run as one test each: {tables} tables of {rows} rows")


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
