"""Records of exercises, which figures leave out (rule H6)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from incidentcore._checks import each_of
from incidentcore.records.record import Record

R = TypeVar("R", bound=Record)


def without_exercises(records: Iterable[R]) -> Iterator[R]:
    """Yield the records that belong to no exercise; raise an error for anything else."""
    return (record for record in each_of("records", records, Record) if record.exercise is None)
