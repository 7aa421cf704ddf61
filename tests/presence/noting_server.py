"""The product as a server that also knows the tests' notes: `application=` of `tests.servers.serving`."""

from offers_project.asgi import application
from tests.presence import notes

notes.register()
notes.apply_faults()

__all__ = ["application"]
