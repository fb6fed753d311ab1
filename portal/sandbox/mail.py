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

from csp.constants import NONE, UNSAFE_INLINE
from csp.decorators import csp
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.decorators import method_decorator
from django.views.generic import TemplateView

from portal.access import Anybody

_FILE_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
_PARSER = BytesParser(policy=default)

#: What the file backend writes behind every message.
_END = b"\n" + b"-" * 79 + b"\n"

#: A letter has its style in itself, and may lead its reader on, in its tab or in a new one, where
#: the page has its powers again. It may do nothing else: no script, no form, nothing of this site.
_CSP_OF_A_LETTER = {
    "default-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "base-uri": [NONE],
    "form-action": [NONE],
    "frame-ancestors": [NONE],
    "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
}

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
    html: str


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
        """The message that stands at this place of this file."""
        return super().get_context_data(message=_message_at(**kwargs), **kwargs)


@method_decorator(csp(_CSP_OF_A_LETTER), name="dispatch")
class LetterPage(MailboxPage):
    """The HTML of a message as its reader sees it, with nothing of ours around it."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The message's own page; 404 if it came as text alone."""
        html = _message_at(**kwargs).html
        if not html:
            raise Http404
        return HttpResponse(html)


def _message_at(*, file: str, place: int) -> Message:
    """The message that stands at this place of this file.

    Raises:
        Http404: there is no such file in the mailbox, or no such message in the file.
    """
    # Looked up among the mailbox's own files: a name from outside never becomes a path.
    path = next((path for path in _files() if path.name == file), None)
    messages = _messages(path) if path else []
    if place >= len(messages):
        raise Http404
    return messages[place]


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
    text, html = (mail.get_body(preferencelist=(kind,)) for kind in ("plain", "html"))
    return Message(
        file=file,
        place=place,
        subject=str(mail["subject"] or ""),
        sender=str(mail["from"] or ""),
        to=str(mail["to"] or ""),
        at=mail["date"].datetime if mail["date"] else None,
        text=text.get_content() if text else "",
        html=html.get_content() if html else "",
    )
