"""What a server process does again and again beside answering. Several processes may do it at once, so every task is
safe to be done twice. Rooms declare theirs; `offers_project.wiring` registers them, and the hub runs them.
"""

from offers_project.kernel.tasks import Task

__all__ = ["Task", "register", "registered"]

_tasks: dict[str, Task] = {}


def register(*tasks: Task) -> None:
    _tasks.update({task.name: task for task in tasks})


def registered() -> list[Task]:
    return list(_tasks.values())
