"""The sandbox's servers: shared, stopped with the last who holds them, back after a crash."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import psycopg2
import pytest
from redis import Redis
from redis.exceptions import RedisError

PROJECT = Path(__file__).resolve().parents[3]

ASK = """
import os, sys
from pathlib import Path
from portal.sandbox import postgres, redis
kind, folder, child = sys.argv[1:]
ask = {"postgres": postgres.database_url, "redis": redis.redis_url}[kind]
url = ask(Path(folder))
if child == "forks" and not os.fork():
    sys.exit()
print(url, flush=True)
sys.stdin.read()
"""


class Holder:
    """A process that asks for a server and lives until it is told to leave, or killed."""

    def __init__(self, kind: str, folder: Path, child: str = "") -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", ASK, kind, str(folder), child],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def url(self) -> str:
        """The address that it was given; waits until the server answers."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def leave(self) -> None:
        """End in order."""
        self.process.communicate()

    def kill(self) -> None:
        """End without a word."""
        self.process.kill()
        self.process.communicate()


def eventually(condition: Callable[[], object], patience_s: float = 30) -> None:
    """Wait until it is so."""
    deadline = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.05)


def write(url: str) -> None:
    """Leave something behind in a server."""
    if url.startswith("redis"):
        with Redis.from_url(url) as client:
            client.set("kept", "yes")
        return
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE kept AS SELECT 'yes' AS answer")


def read(url: str) -> str:
    """What `write` left behind, or why it can't be read."""
    try:
        if url.startswith("redis"):
            with Redis.from_url(url, decode_responses=True) as client:
                return str(client.get("kept"))
        with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT answer FROM kept")
            return str(cursor.fetchall()[0][0])
    except (psycopg2.Error, RedisError) as error:
        return type(error).__name__


def keepers_of(folder: Path) -> list[psutil.Process]:
    """The keepers in a folder and below: none when nobody holds its server."""

    def keeps(command: list[str]) -> bool:
        return "portal.sandbox.keeper" in command and any(
            argument.startswith(str(folder)) for argument in command
        )

    processes = psutil.process_iter(["cmdline"])
    return [process for process in processes if keeps(process.info["cmdline"] or [])]


def server_of(folder: Path) -> psutil.Process:
    """The server itself."""
    (keeper,) = keepers_of(folder)
    (server,) = keeper.children()
    return server


@pytest.fixture(name="folder")
def a_folder_that_the_servers_own_user_can_reach() -> Iterator[Path]:
    """Not pytest's, which is closed to others; stopped and removed after the test."""
    with TemporaryDirectory() as name:
        folder = Path(name).resolve() / "server"
        yield folder
        eventually(lambda: not keepers_of(folder))


@pytest.fixture(name="hold")
def holders_that_do_not_outlive_the_test(folder: Path) -> Iterator[Callable[..., Holder]]:
    """Start processes that hold a server."""
    holders: list[Holder] = []

    def hold(kind: str, where: Path = folder, child: str = "") -> Holder:
        holders.append(Holder(kind, where, child))
        return holders[-1]

    yield hold
    for holder in holders:
        holder.kill()


pytestmark = pytest.mark.parametrize("kind", ["postgres", "redis"])


def test_processes_that_ask_at_once_share_one_server(kind, folder, hold):
    holders = [hold(kind) for _ in range(4)]
    assert len({holder.url() for holder in holders}) == 1
    assert len(keepers_of(folder)) == 1


def test_the_server_stays_for_the_last_holder_and_stops_with_it(kind, folder, hold):
    first, second = hold(kind), hold(kind)
    url = first.url()
    second.url()
    server = server_of(folder)
    write(url)
    first.leave()
    time.sleep(1)
    assert read(url) == "yes"
    second.leave()
    eventually(lambda: not server.is_running())


def test_a_killed_holder_leaves_nothing_running(kind, folder, hold):
    holder = hold(kind)
    holder.url()
    server = server_of(folder)
    holder.kill()
    eventually(lambda: not server.is_running() and not keepers_of(folder))


def test_data_and_port_outlive_the_last_holder(kind, folder, hold):
    first = hold(kind)
    url = first.url()
    write(url)
    first.leave()
    eventually(lambda: not keepers_of(folder))
    assert hold(kind).url() == url
    assert read(url) == "yes"


def test_a_killed_server_comes_back_on_its_port_with_its_data(kind, folder, hold):
    url = hold(kind).url()
    write(url)
    server_of(folder).kill()
    eventually(lambda: read(url) == "yes")


def test_a_killed_keeper_is_replaced_by_the_next_who_asks(kind, folder, hold):
    url = hold(kind).url()
    write(url)
    keepers_of(folder)[0].kill()
    assert hold(kind).url() == url
    eventually(lambda: read(url) == "yes")
    assert len(keepers_of(folder)) == 1


def test_a_forked_childs_end_does_not_stop_its_parents_server(kind, folder, hold):
    url = hold(kind, child="forks").url()
    write(url)
    time.sleep(1)
    assert read(url) == "yes"


def test_two_folders_have_two_servers(kind, folder, hold):
    here, there = folder / "here", folder / "there"
    urls = [hold(kind, here).url(), hold(kind, there).url()]
    write(urls[0])
    assert read(urls[1]) != "yes"
    assert read(urls[0]) == "yes"


def test_a_removed_folder_stops_its_server(kind, folder, hold):
    hold(kind).url()
    server = server_of(folder)
    (folder / "keeper.lock").unlink()
    eventually(lambda: not server.is_running())


def test_a_port_taken_by_somebody_else_is_given_up(kind, folder, hold):
    folder.mkdir(parents=True)
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        taken = somebody.getsockname()[1]
        (folder / "port").write_text(str(taken))
        assert f":{taken}/" not in hold(kind).url()


def test_only_the_holder_of_the_password_gets_in(kind, folder, hold):
    url = hold(kind).url()
    password = url.split(":")[2].partition("@")[0]
    assert read(url.replace(password, "guess")) in {"OperationalError", "AuthenticationError"}
