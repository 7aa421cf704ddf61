from journal import idempotency
from offers_project.kernel.tasks import Task

TASKS = [Task(name="journal.prune_idempotency_keys", seconds=600, run=idempotency.prune)]
