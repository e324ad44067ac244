"""What the whole suite shares: zone data, hypothesis profiles, and the real data files."""

from __future__ import annotations

import os
import sys
import zoneinfo
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

# Zone data comes from the tzdata package, for this process and those it starts, so that an answer
# does not hang on the machine (rule T7). First of all: a zone once read stays as it was.
os.environ["PYTHONTZPATH"] = ""
zoneinfo.reset_tzpath(to=())
zoneinfo.ZoneInfo.clear_cache()

import pytest  # noqa: E402
from hypothesis import HealthCheck, settings  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
LONG_PROFILES = ("long", "heavy", "million")
PROFILE = os.environ.get("INCIDENTCORE_HYPOTHESIS") or "light"

settings.register_profile(
    "light", max_examples=50, deadline=None, derandomize=False, print_blob=True
)
settings.register_profile("quick", settings.get_profile("light"), max_examples=10)
for _profile, _examples in zip(LONG_PROFILES, (150, 2_000, 1_000_000), strict=True):
    settings.register_profile(
        _profile,
        settings.get_profile("light"),
        max_examples=_examples,
        suppress_health_check=[HealthCheck.too_slow],
    )
settings.load_profile(PROFILE)


def pytest_report_header() -> str:
    return f"incidentcore: hypothesis profile {PROFILE}, zone data of the tzdata package"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave tests marked heavy to the long profiles."""
    if PROFILE in LONG_PROFILES:
        return
    heavy = [item for item in items if item.get_closest_marker("heavy")]
    if heavy:
        config.hook.pytest_deselected(items=heavy)
        items[:] = [item for item in items if not item.get_closest_marker("heavy")]


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
    if given:
        folder = Path(given)
        if not folder.is_dir():
            pytest.fail(f"INCIDENTCORE_DATA is {given!r}, which is no folder")
        return folder
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("no real data here: set INCIDENTCORE_DATA to its folder")
    return folder
