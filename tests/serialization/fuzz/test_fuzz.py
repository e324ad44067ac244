"""A short run of the fuzzer over each parser; the long ones are done by hand."""

from __future__ import annotations

import math
import random
from pathlib import Path

import pytest

from . import run
from .mutate import mutate_bytes, mutate_json
from .run import Tally, run_plain
from .targets import TARGETS, Target

INPUTS = 200


@pytest.mark.heavy
@pytest.mark.parametrize("name", TARGETS)
def test_a_short_run_finds_nothing(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All good inputs are read, and others made from them, and go the same way again."""
    monkeypatch.setattr(run, "SLOW", math.inf)  # a count of inputs ends the run, not a clock
    seeds = len(TARGETS[name].seeds)
    tally = run_plain(name, math.inf, tmp_path, seed=7, most=seeds + INPUTS)

    assert tally.found == {}
    assert tally.inputs > seeds
    assert tally.read >= seeds


def test_an_escape_is_found_once(tmp_path: Path) -> None:
    """An error from one place is one finding, and its first input is kept."""

    def broken(data: bytes) -> bool:
        raise ZeroDivisionError

    tally = Tally(Target(broken, (b"a",), (b"b",)), tmp_path)
    tally.try_input(b"one")
    tally.try_input(b"two")

    assert [where.split(" at ")[0] for where in tally.found] == ["ZeroDivisionError"]
    (kept,) = tmp_path.glob("found-*")
    assert kept.read_bytes() == b"one"


def test_mutants_differ_and_repeat() -> None:
    """One seed gives one series of inputs, and hardly ever the input itself."""
    seeds = TARGETS["json"].seeds

    def series() -> list[bytes | None]:
        draw = random.Random(3)  # noqa: S311  inputs, not secrets
        made = [mutate_json(seeds[0], seeds, draw) for _ in range(50)]
        return [*made, *(mutate_bytes(seeds[0], seeds, (b"x",), draw) for _ in range(50))]

    assert series() == series()
    assert len(set(series())) > 80
