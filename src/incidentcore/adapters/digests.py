"""Compute and verify digests of stored rows."""

from __future__ import annotations

from hashlib import sha256

from incidentcore.errors import InvalidValueError, StorageError


def as_key(text: object, where: str = "record_id") -> bytes:
    """Return an id in its stored form, UTF-8."""
    if not isinstance(text, str):
        raise InvalidValueError(where, text, "text")
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise InvalidValueError(where, text, "text without halves of surrogate pairs") from None


def digest_of(*parts: object) -> bytes:
    """Return the digest of a row's columns, each preceded by its length."""
    hashed = sha256()
    for part in parts:
        data = part if isinstance(part, bytes) else str(part).encode()
        hashed.update(b"%d:" % len(data) + data)
    return hashed.digest()


def as_bytes(value: object) -> bytes:
    """Return a column as bytes; for a value of another type, bytes that match no digest."""
    return bytes(value) if isinstance(value, (bytes, memoryview)) else b""


def damaged(what: str) -> StorageError:
    """Return the error for a row that differs from what was written."""
    return StorageError(f"{what} is damaged: it is not what was written; restore it from a copy")
