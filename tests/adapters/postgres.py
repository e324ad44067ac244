"""A PostgreSQL server of our own: a temporary data folder, a loopback port, an ordinary user."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path


def find_programs() -> Path | None:
    """Return the folder with ``initdb`` and ``postgres``, wherever Debian or others put it."""
    on_path = shutil.which("initdb")
    folders = [Path(on_path).resolve().parent] if on_path else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


@contextlib.contextmanager
def server(programs: Path) -> Iterator[str]:
    """Start a server, yield its URL without a database, and stop it.

    Raises:
        OSError: It cannot be started here.
    """
    identity: dict[str, object] = {}
    folder = Path(tempfile.mkdtemp(prefix="incidentcore-postgres-"))
    if os.getuid() == 0:  # PostgreSQL refuses to run as root
        account = next(
            (found for name in ("postgres", "nobody") if (found := _account(name))), None
        )
        if account is None:
            raise OSError("only root is here, and no ordinary user to run PostgreSQL as")
        identity = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        os.chown(folder, account.pw_uid, account.pw_gid)
    data = folder / "data"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    run = {"cwd": folder, "env": {"LC_ALL": "C", "PATH": os.defpath}, **identity}
    try:
        _call([programs / "initdb", "-D", data, "-U", "tester", "-A", "trust", "-E", "UTF8"], run)
        options = f"-c listen_addresses=127.0.0.1 -c port={port} -k {folder}"
        log = folder / "log"
        _call([programs / "pg_ctl", "-D", data, "-w", "-l", log, "-o", options, "start"], run)
        try:
            yield f"tester@127.0.0.1:{port}"
        finally:
            _call([programs / "pg_ctl", "-D", data, "-m", "immediate", "stop"], run)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _account(name: str) -> pwd.struct_passwd | None:
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(name)
    return None


def _call(command: list[object], options: dict[str, object]) -> None:
    done = subprocess.run(  # noqa: S603  programs that were just found
        [str(part) for part in command],
        check=False,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        timeout=120,
        **options,  # type: ignore[call-overload]
    )
    if done.returncode:
        raise OSError(f"{Path(str(command[0])).name}: {done.stderr.decode(errors='replace')}")
