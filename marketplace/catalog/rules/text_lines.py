"""Lines of text from a file of bytes, without trusting that it is a text, or that it has lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from django.utils.translation import gettext as _

from marketplace.catalog.errors import FileUnreadable

#: Far longer than any row of car models; what is longer is no such file.
LONGEST_LINE = 256 * 1024


def text_lines(file: BinaryIO) -> Iterator[str]:
    """The lines of a UTF-8 file, read one by one and with their ends, in bounded memory.

    Raises:
        FileUnreadable: a line is not UTF-8 or too long; the message names the line.
    """
    number = 0
    while line := file.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise FileUnreadable(_("Line %(line)s is too long.") % {"line": number})
        try:
            yield line.decode()
        except UnicodeDecodeError as error:
            message = _("Line %(line)s is not UTF-8. Save the file as UTF-8 and try again.")
            raise FileUnreadable(message % {"line": number}) from error
