"""``dumps`` and ``loads``: the codec's answers, loaded by the first call."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from inspect import signature

import pytest
from tests.serialization.builders import incident
from tests.test_imports import loaded_by

import incidentcore
from incidentcore.records import Incident
from incidentcore.serialization import Codec, Limits, dumps, loads


def test_they_are_those_of_a_codec_without_classes() -> None:
    """With all their arguments."""
    text = Codec().dumps(incident(), indent=2)

    assert dumps(incident(), indent=2) == text
    assert loads(text, Incident) == incident()
    with pytest.raises(incidentcore.IncidentCoreError, match="at most 5"):
        loads(text, Incident, limits=Limits(size=5))


def test_the_first_call_loads_the_codec() -> None:
    """Importing them does not."""
    line = "from incidentcore import dumps"
    codec = "incidentcore.serialization.codec"

    assert codec not in loaded_by(line)
    assert codec in loaded_by(f"{line}\ndumps(1)")


@pytest.mark.parametrize(("function", "method"), [(dumps, Codec.dumps), (loads, Codec.loads)])
def test_their_signatures_are_those_of_the_codec(
    function: Callable[..., object], method: Callable[..., object]
) -> None:
    """Without ``self``; and they are pickled by their names."""
    _, *wanted = signature(method).parameters.values()

    assert list(signature(function).parameters.values()) == wanted
    assert pickle.loads(pickle.dumps(function)) is function  # noqa: S301  written here
