"""Requests through the real nginx, with our configuration, to the real gunicorn."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory

import pytest
from django.conf import settings

from portal.sandbox.ports import free_port

PROJECT = Path(__file__).resolve().parents[2]
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
HOST = "forecourt.example"
STYLE = "portal.0123456789ab.css"
MIME_TYPES = [Path("/etc/nginx/mime.types"), Path("/usr/local/nginx/conf/mime.types")]

pytestmark = pytest.mark.skipif(
    NGINX is None, reason="NO NGINX ON THIS MACHINE: nothing below was tried (apt install nginx)"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back through nginx."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Site:
    """nginx on a port, and the log of the gunicorn behind it."""

    port: int
    log: Path

    def ask(self, path: str, method: str = "GET", **headers: str) -> Answer:
        """Send one request; underscores in header names stand for dashes."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in {"Host": HOST, **headers}.items():
                connection.putheader(name.replace("_", "-"), value)
            connection.endheaders()
            answer = connection.getresponse()
            names = {name.lower() for name, _ in answer.getheaders()}
            received = {
                name: str(answer.getheader(name)) for name in names
            }  # joins what came twice
            return Answer(answer.status, received, answer.read())
        finally:
            connection.close()

    def seen_by_gunicorn(self, request_id: str) -> list[str]:
        """Client, scheme and id of the request as they arrived at gunicorn."""

        def found() -> list[list[str]]:
            lines = [line.split() for line in self.log.read_text().splitlines()]
            return [line for line in lines if line[-1:] == [request_id]]

        eventually(found)
        return found()[0]


def eventually(condition: Callable[[], object], patience_s: float = 30) -> None:
    """Wait until it is so."""
    deadline = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.05)


@contextmanager
def running(command: list[str], log: Path, **environment: str) -> Iterator[None]:
    """A process that ends with the block."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=PROJECT, env=os.environ | environment, stdout=output, stderr=output
        )
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def gunicorn(log: Path) -> Iterator[int]:
    """Our portal as in production, its log one line a request."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "portal.wsgi:application"]
    seen = "%({x-forwarded-for}i)s %({x-forwarded-proto}i)s %({x-request-id}i)s"
    options = [
        f"--bind=127.0.0.1:{port}",
        "--threads=2",
        "--no-control-socket",
        "--access-logfile=-",
    ]
    with running(
        [*command, *options, f"--access-logformat={seen}"],
        log,
        FORECOURT_ENV="production",
        DEBUG="off",
        SECRET_KEY="0123456789abcdefghijklmnopqrstuvwxyz" * 2,
        ALLOWED_HOSTS=HOST,
        DATABASE_URL=settings.DATABASE_URL,
        REDIS_URL=settings.REDIS_URL,
        TRUSTED_PROXY_COUNT="1",
    ):
        yield port


def prefix_for_nginx(folder: Path, **variables: str) -> Path:
    """A copy of /etc/nginx as the image has it."""
    mime_types = next(p for p in MIME_TYPES if p.exists())
    (folder / "conf.d").mkdir(parents=True)
    (folder / "temp").mkdir()
    shutil.copy(PROJECT / "nginx/nginx.conf", folder)
    shutil.copy(mime_types, folder / "mime.types")
    template = Template((PROJECT / "nginx/templates/forecourt.conf.template").read_text())
    (folder / "conf.d/forecourt.conf").write_text(template.safe_substitute(variables))
    return folder


def nginx_command(prefix: Path) -> list[str]:
    """nginx in the foreground with that folder for /etc/nginx."""
    assert NGINX
    user = "user root; " if os.geteuid() == 0 else ""
    directives = f"daemon off; pid {prefix}/nginx.pid; {user}"
    return [NGINX, "-e", "stderr", "-p", str(prefix), "-c", "nginx.conf", "-g", directives]


@pytest.fixture(name="folder", scope="module")
def folder_with_static_files() -> Iterator[Path]:
    with TemporaryDirectory() as name:
        static = Path(name, "static")
        static.mkdir()
        (static / STYLE).write_text("body { color: black }\n" * 500)
        (static / "plain.txt").write_text("plain")
        yield Path(name)


@contextmanager
def site(folder: Path, name: str, trusted: str, gunicorn_port: int) -> Iterator[Site]:
    """nginx before a gunicorn that runs already."""
    port = free_port()
    prefix = prefix_for_nginx(
        folder / name,
        FORECOURT_LISTEN=f"127.0.0.1:{port}",
        FORECOURT_UPSTREAM=f"127.0.0.1:{gunicorn_port}",
        FORECOURT_STATIC=str(folder / "static"),
        FORECOURT_TRUSTED_PROXY=trusted,
    )
    test = subprocess.run(
        [*nginx_command(prefix), "-t"], capture_output=True, text=True, check=False
    )
    assert test.returncode == 0, test.stderr
    with running(nginx_command(prefix), folder / f"{name}.log"):
        found = Site(port, folder / "gunicorn.log")

        def is_up() -> bool:
            try:
                return found.ask("/healthz").status == 200
            except OSError:
                return False

        eventually(is_up)
        yield found


@pytest.fixture(name="upstream", scope="module")
def gunicorn_behind_nginx(folder: Path) -> Iterator[int]:
    with gunicorn(folder / "gunicorn.log") as port:
        yield port


@pytest.fixture(name="open_site", scope="module")
def nginx_that_faces_the_world(folder: Path, upstream: int) -> Iterator[Site]:
    with site(folder, "open", "10.255.255.254/32", upstream) as one:
        yield one


@pytest.fixture(name="inner_site", scope="module")
def nginx_behind_a_trusted_proxy(folder: Path, upstream: int) -> Iterator[Site]:
    with site(folder, "inner", "127.0.0.1/32", upstream) as one:
        yield one


def test_a_request_reaches_the_portal(open_site):
    assert open_site.ask("/healthz").status == 200


def test_every_answer_carries_a_request_id_that_the_portal_has_seen(open_site):
    request_id = open_site.ask("/healthz").headers["x-request-id"]
    assert len(request_id) == 32
    assert open_site.seen_by_gunicorn(request_id)
    assert open_site.ask("/static/plain.txt").headers["x-request-id"]


def test_a_strangers_headers_are_not_believed(open_site):
    answer = open_site.ask(
        "/healthz",
        X_Forwarded_For="203.0.113.7",
        X_Forwarded_Proto="https",
        X_Request_ID="chosen-by-a-stranger",
    )
    request_id = answer.headers["x-request-id"]
    assert request_id != "chosen-by-a-stranger"
    assert open_site.seen_by_gunicorn(request_id) == ["127.0.0.1", "http", request_id]


def test_a_trusted_proxys_headers_are_passed_on(inner_site):
    answer = inner_site.ask(
        "/healthz",
        X_Forwarded_For="198.51.100.9, 203.0.113.7",
        X_Forwarded_Proto="https",
        X_Request_ID="from-the-load-balancer",
    )
    request_id = answer.headers["x-request-id"]
    assert request_id == "from-the-load-balancer"
    assert inner_site.seen_by_gunicorn(request_id) == ["203.0.113.7", "https", request_id]


def test_a_trusted_proxys_request_id_must_look_like_one(inner_site):
    answer = inner_site.ask("/healthz", X_Request_ID='"},{"level":"forged')
    assert len(answer.headers["x-request-id"]) == 32


def test_http_is_sent_to_https(open_site):
    answer = open_site.ask("/")
    assert answer.status == 301
    assert answer.headers["location"] == f"https://{HOST}/"


def test_static_files_come_from_nginx_and_stay_fresh_for_ever(open_site):
    answer = open_site.ask(f"/static/{STYLE}")
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert open_site.ask("/static/plain.txt").headers["cache-control"] == "public, max-age=3600"


def test_static_files_are_compressed(open_site):
    plain = open_site.ask(f"/static/{STYLE}")
    small = open_site.ask(f"/static/{STYLE}", Accept_Encoding="gzip")
    assert small.headers["content-encoding"] == "gzip"
    assert small.headers["vary"] == "Accept-Encoding"
    assert len(small.body) < len(plain.body) / 10


def test_an_upload_of_more_than_25_megabytes_is_refused(open_site):
    answer = open_site.ask("/healthz", "POST", Content_Length=str(26 * 1024 * 1024))
    assert answer.status == 413
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize("path", ["/healthz", "/static/plain.txt", "/static/missing"])
def test_security_headers_stand_on_every_answer_once(open_site, path):
    headers = open_site.ask(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert headers["server"] == "nginx"


def test_nginx_itself_can_be_asked_for_its_health(open_site):
    assert open_site.ask("/nginx-healthz").status == 204
