"""Where jobs run and how long they are kept. Retries stand at each `@task`, schedules in each room's `tasks.py`."""

from offers_project.settings.environment import env

# Where they are run, and with how many threads each queue. `clock` is what is due at a moment, `outside` what
# waits for other machines, so that neither waits for the rest.
JOBS = {
    "MODE": env.str("TASKS", default="embedded"),
    "QUEUES": {"clock": 1, "default": 1, "outside": 2},
    # Of `manage.py work` beside those: jobs that are done by several threads at once share their writes to the disk.
    "WORKER_THREADS": env.int("JOBS_THREADS", default=4),
    "LEASE_SECONDS": env.float("JOBS_LEASE_SECONDS", default=60),
    "KEEP_DONE_HOURS": env.int("JOBS_KEEP_DONE_HOURS", default=24),
    "KEEP_FAILED_DAYS": env.int("JOBS_KEEP_FAILED_DAYS", default=30),
}
TASKS = {"default": {"BACKEND": "jobs.backend.JobBackend", "QUEUES": list(JOBS["QUEUES"])}}
