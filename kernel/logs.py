"""What the log says, and what it never says.

One line a record, as text or as JSON, with the id of the request or frame and that of the live connection. Whatever
signs a person in, and phone numbers, are taken out of the finished line, wherever in it they come from.
"""

import json
import logging
import re
from datetime import UTC, datetime

from kernel import request_id
from kernel.errors import shortened

_SECRETS = (
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*"), "…"),
    (re.compile(r"(/d/)[\w-]{8,}"), r"\1…"),
    (re.compile(r"(\bBearer\s+)[^\s\"']+", re.IGNORECASE), r"\1…"),
    (re.compile(r"(\b(?:token|ticket|code|refresh|access|password|sessionid)=)[^\s&;\"']+", re.IGNORECASE), r"\1…"),
    (re.compile(r"\+\d{10,15}\b"), "…"),
    (re.compile(r"(?<![\w.-])(?:1[-. ])?\(?\d{3}\)?[-. ]?\d{3}[-. ]\d{4}(?![\w-])"), "…"),
)


LINE_MAX = 300
"""Letters of a line about what a client got wrong."""


def without_secrets(line: str) -> str:
    for pattern, instead in _SECRETS:
        line = pattern.sub(instead, line)
    return line


class Ids(logging.Filter):
    """Gives each record the ids of what it is about, where the record does not bring its own."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = getattr(record, "request_id", "") or request_id.current()
        record.connection_id = getattr(record, "connection_id", "") or request_id.connection()
        return True


class NotOurs(logging.Filter):
    """What clients get wrong, such as a `Host` that is not ours or a page that they may not see, is one short line at
    WARNING: no fault of ours, and nothing that anybody should fill the log with.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        status = getattr(record, "status_code", 500)
        if record.name.startswith("django.security") or 400 <= status < 500:
            record.msg, record.args = shortened(record.getMessage(), LINE_MAX), ()
            record.exc_info = record.exc_text = None
            if record.levelno > logging.WARNING:
                record.levelno, record.levelname = logging.WARNING, logging.getLevelName(logging.WARNING)
        return True


class Text(logging.Formatter):
    """For people. A fault is followed by its traceback."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name} [{request_id} {connection_id}] {message}", style="{")

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))


class Json(logging.Formatter):
    """For machines: always one line."""

    def format(self, record: logging.LogRecord) -> str:
        said = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "message": without_secrets(record.getMessage()),
            "request_id": getattr(record, "request_id", "-"),
            "connection_id": getattr(record, "connection_id", "-"),
        }
        if record.exc_info:
            said["error"] = without_secrets(self.formatException(record.exc_info))
        return json.dumps(said, ensure_ascii=False)
