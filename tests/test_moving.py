"""The pages for those who come from another library: both sides of each run and agree."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

MOVE = Path(__file__).resolve().parent.parent / "docs" / "move"
PEERS = {
    "from_pandas": ["pandas", "narwhals"],
    "from_businesstimedelta": ["businesstimedelta"],
    "from_business_duration": ["business_duration", "pandas", "narwhals"],
    "from_transitions": ["transitions"],
    "from_a_desk": [],
}


def test_every_page_is_run() -> None:
    """A page that is added is added above, with what its other side needs."""
    assert sorted(PEERS) == sorted(path.stem for path in MOVE.glob("*.rst"))


@pytest.mark.notebook
@pytest.mark.filterwarnings("ignore")  # of the peers
@pytest.mark.parametrize("page", PEERS)
def test_both_sides_of_a_page_run(page: str) -> None:
    """The page alone, as a reader pastes it: nothing is imported out of sight."""
    for peer in PEERS[page]:
        pytest.importorskip(peer, reason=f"{peer} is not installed; the stage interop has it")
    results = doctest.testfile(str(MOVE / f"{page}.rst"), module_relative=False)
    assert results.attempted > 10
    assert not results.failed, "see the captured output"
