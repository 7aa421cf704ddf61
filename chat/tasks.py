"""What every server process does again and again: tell its own people what is unread."""

from chat.services.unread import tell_unread
from kernel.in_process import InProcess
from presence.engine.coalescing import LOOK_SECONDS

IN_PROCESS = [InProcess("tell what is unread", seconds=LOOK_SECONDS, run=tell_unread)]
