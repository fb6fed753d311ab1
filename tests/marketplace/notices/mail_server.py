"""A real SMTP server in a thread, which a test can take away, bring back, and have refuse."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller

from portal.sandbox.ports import free_port


class MailServer:
    """Keeps what it accepted. Is there between `start` and `stop`, always on the same port."""

    def __init__(self) -> None:
        self.port = free_port()
        self.accepted: list[EmailMessage] = []
        self.refused: set[str] = set()
        self.refusal = "550 no such mailbox"
        self.before_answering: Callable[[], None] = lambda: None
        self.connections = 0
        self.farewells = 0
        self._controller: Controller | None = None

    def start(self) -> None:
        """Answer from now on."""
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()
        self.connections = self.farewells = 0  # the controller itself calls once, to try it

    def stop(self) -> None:
        """Be away from now on."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def recipients(self) -> list[str]:
        """Who was written to, in alphabetical order."""
        return sorted(str(message["to"]) for message in self.accepted)

    async def handle_EHLO(  # pylint: disable=invalid-name  # aiosmtpd's name
        self, _server: Any, session: Any, _envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        """Count a client."""
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_QUIT(  # pylint: disable=invalid-name  # aiosmtpd's name
        self, _server: Any, _session: Any, _envelope: Any
    ) -> str:
        """Count a client that leaves politely."""
        self.farewells += 1
        return "221 Bye"

    async def handle_RCPT(  # pylint: disable=invalid-name  # aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        """Take the recipient, unless it is one of the refused."""
        self.before_answering()
        if address in self.refused:
            return self.refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # pylint: disable=invalid-name  # aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any
    ) -> str:
        """Keep the message."""
        message = BytesParser(policy=default).parsebytes(envelope.content)
        assert isinstance(message, EmailMessage)
        self.accepted.append(message)
        return "250 OK"
