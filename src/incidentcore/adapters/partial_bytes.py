"""Pack partial results of KPIs into bytes that can be sent to another process or machine."""

from __future__ import annotations

import zlib

from incidentcore.errors import FormatError
from incidentcore.kpi import Partial
from incidentcore.serialization import dumps, loads

__all__ = ["pack_partial", "unpack_partial"]


def pack_partial(part: Partial, /) -> bytes:
    """Return a partial result of KPIs as a compressed document.

    Its size is a few kilobytes for any number of records in the mode ``sketch``, and a few bytes
    for each value in the mode ``exact``.

    Source: rule K4.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.adapters.partial_bytes import pack_partial, unpack_partial
    >>> from incidentcore.kpi import catalogue, gather_kpis
    >>> part = gather_kpis(catalogue.VOLUME, [], as_of=datetime(2026, 6, 1, tzinfo=UTC))
    >>> unpack_partial(pack_partial(part)) == part
    True
    """
    return zlib.compress(dumps(part).encode(), 1)


def unpack_partial(data: bytes, /) -> Partial:
    """Return the partial result that a compressed document contains.

    Raises:
        FormatError: The bytes are not a document that ``pack_partial`` returned.
    """
    try:
        text = zlib.decompress(data).decode()
    except (zlib.error, UnicodeDecodeError) as error:
        raise FormatError(f"not a packed partial: {error} @ $") from None
    return loads(text, Partial)
