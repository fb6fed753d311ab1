"""A server on this machine, shared by all processes that ask for it, gone after the last of them.

Whoever asks holds a shared lock on the folder's `holders.lock` for as long as it lives: the kernel
takes it back however the process ends, and a forked child holds it together with its parent. One
*keeper* per folder (`keeper.py`) runs the server, starts it again on the same port when it dies,
and stops it when nobody holds the lock. What the server is, this module does not know.
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess  # nosec B404: it starts our own keeper
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

PATIENCE_S = 90
PAUSE_S = 0.05

_PROJECT = Path(__file__).resolve().parents[2]


class SandboxError(RuntimeError):
    """A sandbox server does not come up; the message ends with what its log says."""


@dataclass(frozen=True, slots=True)
class _Share:
    """This process's part in a server: the open lock, and how to ask for the server again."""

    lock: int
    ask_again: Callable[[], object]


_shares: dict[Path, _Share] = {}


@dataclass(frozen=True, slots=True)
class Address:
    """Where a sandbox server listens on 127.0.0.1, and its password."""

    port: int
    password: str

    @classmethod
    def of(cls, folder: Path) -> Address | None:
        """The address that the folder's server has been given, or None if it never had one."""
        try:
            return cls(
                int(port_file(folder).read_text()), password_file(folder).read_text().strip()
            )
        except (FileNotFoundError, ValueError):
            return None


def port_file(folder: Path) -> Path:
    """Remembers the port, so that a client finds a restarted server where it was."""
    return folder / "port"


def password_file(folder: Path) -> Path:
    """Keeps other users of the machine out of the server."""
    return folder / "password"


def holders_lock(folder: Path) -> Path:
    """Locked by everybody who uses the server (shared) or by the keeper that stops it."""
    return folder / "holders.lock"


def keeper_lock(folder: Path) -> Path:
    """Locked by the folder's one keeper."""
    return folder / "keeper.lock"


def hold(
    kind: str,
    folder: Path,
    answers: Callable[[Address], bool],
    options: Mapping[str, str] | None = None,
) -> Address:
    """Start the folder's server or join it, and keep it until this process ends or releases it.

    Options count for whoever starts it.

    Raises:
        SandboxError: it did not answer in time.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _take_share(folder, lambda: hold(kind, folder, answers, options))
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        lock = locked(keeper_lock(folder))
        if lock is not None:
            _start_keeper(kind, folder, options or {}, lock)
        address = Address.of(folder)
        if address is not None and answers(address):
            return address
        time.sleep(PAUSE_S)
    raise SandboxError(f"{kind} in {folder} does not answer.\n{_end_of_log(folder)}")


def keep_up() -> None:
    """See that everything that this process holds is running, keepers included."""
    for share in list(_shares.values()):
        share.ask_again()


def release_all(*, wait_s: float) -> None:
    """Let go of everything; wait for a while until it has stopped, if nobody else holds it."""
    folders = list(_shares)
    for folder in folders:
        os.close(_shares.pop(folder).lock)
    deadline = time.monotonic() + wait_s
    while time.monotonic() < deadline and not all(_is_stopped(folder) for folder in folders):
        time.sleep(PAUSE_S)


def locked(path: Path) -> int | None:
    """A descriptor that locks the file while it is open, or None if somebody else has it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def still_at(descriptor: int, path: Path) -> bool:
    """Whether the open file is what the path names: not after somebody has removed the folder."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _take_share(folder: Path, ask_again: Callable[[], object]) -> None:
    """Share the holders' lock, once for this process; waits for a keeper that is stopping."""
    path = holders_lock(folder)
    if folder in _shares:
        if still_at(_shares[folder].lock, path):
            return
        os.close(_shares.pop(folder).lock)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    _shares[folder] = _Share(descriptor, ask_again)


def _is_stopped(folder: Path) -> bool:
    lock = locked(keeper_lock(folder))
    if lock is None:
        return False
    os.close(lock)
    return True


def _start_keeper(kind: str, folder: Path, options: Mapping[str, str], lock: int) -> None:
    """Hand the keeper's lock to a new keeper; return when it has started the server."""
    command = [sys.executable, "-m", "portal.sandbox.keeper"]
    arguments = [kind, str(folder), str(lock), json.dumps(dict(options))]
    try:
        with (folder / "log").open("wb") as log:
            subprocess.run(  # nosec B603: our own program, no shell
                [*command, *arguments],
                cwd=_PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=[lock],
                check=True,
            )
    except subprocess.CalledProcessError as error:
        raise SandboxError(f"{kind} in {folder} does not start.\n{_end_of_log(folder)}") from error
    finally:
        os.close(lock)


def _end_of_log(folder: Path) -> str:
    return "\n".join((folder / "log").read_text(errors="replace").splitlines()[-20:])
