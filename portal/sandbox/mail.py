"""The mailbox of the sandbox: the e-mails that Django's file backend wrote, read in the browser.

Reads files and nothing else. Where e-mails reach a server, there is no mailbox.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.generic import TemplateView

from portal.access import Anybody

_FILE_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
_PARSER = BytesParser(policy=default)

#: What the file backend writes behind every message.
_END = b"\n" + b"-" * 79 + b"\n"

_PAGE = 50
_MOST_LISTED = 1_000


@dataclass(frozen=True, slots=True)
class Message:
    """An e-mail by its file and its place in it, and what the list shows of it."""

    file: str
    place: int
    subject: str
    sender: str
    to: str
    at: datetime | None
    text: str


class MailboxPage(Anybody, TemplateView):
    """A page that exists only where e-mails land in files on a developer's machine."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer 404 in production, and where e-mails go to a real server."""
        if settings.ENVIRONMENT == "production" or settings.EMAIL_BACKEND != _FILE_BACKEND:
            raise Http404
        return super().dispatch(request, *args, **kwargs)


class MailPage(MailboxPage):
    """The newest messages, all or those to one recipient."""

    template_name = "sandbox/mail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The asked page of the list, and what was searched for."""
        recipient = self.request.GET.get("to", "").strip()
        found = (message for message in _newest() if recipient.lower() in message.to.lower())
        pages = Paginator(list(islice(found, _MOST_LISTED)), _PAGE)
        messages = pages.get_page(self.request.GET.get("page"))
        return super().get_context_data(mail=messages, recipient=recipient, **kwargs)


class MessagePage(MailboxPage):
    """One message with its text; links in it can be followed."""

    template_name = "sandbox/message.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The message that stands at this place of this file.

        Raises:
            Http404: there is no such file in the mailbox, or no such message in the file.
        """
        # Looked up among the mailbox's own files: a name from outside never becomes a path.
        path = next((path for path in _files() if path.name == kwargs["file"]), None)
        messages = _messages(path) if path else []
        if kwargs["place"] >= len(messages):
            raise Http404
        return super().get_context_data(message=messages[kwargs["place"]], **kwargs)


def _files() -> list[Path]:
    """The mailbox's files, newest first: their names begin with the time they were opened."""
    return sorted(Path(settings.EMAIL_FILE_PATH).glob("*.log"), reverse=True)


def _newest() -> Iterator[Message]:
    for path in _files():
        yield from reversed(_messages(path))


def _messages(path: Path) -> list[Message]:
    """The messages of a file in the order they were sent; one still being written is left out."""
    whole = path.read_bytes().split(_END)[:-1]
    return [_message(path.name, place, raw) for place, raw in enumerate(whole)]


def _message(file: str, place: int, raw: bytes) -> Message:
    mail = _PARSER.parsebytes(raw)
    assert isinstance(mail, EmailMessage)
    body = mail.get_body(preferencelist=("plain",))
    return Message(
        file=file,
        place=place,
        subject=str(mail["subject"] or ""),
        sender=str(mail["from"] or ""),
        to=str(mail["to"] or ""),
        at=mail["date"].datetime if mail["date"] else None,
        text=body.get_content() if body else "",
    )
