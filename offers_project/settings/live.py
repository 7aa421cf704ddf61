"""The live connection: heartbeats, leases, replay, how long events are kept, what a slow reader may have waiting."""

from offers_project.settings.environment import env

PRESENCE = {
    "HEARTBEAT_SECONDS": env.int("HEARTBEAT_SECONDS", default=25),
    "AUTHENTICATE_SECONDS": 5,
    "LEASE_SECONDS": env.int("LEASE_SECONDS", default=60),
    "LEASE_RENEW_SECONDS": env.int("LEASE_RENEW_SECONDS", default=25),
    "GRACE_SECONDS": env.int("PRESENCE_GRACE_SECONDS", default=12),
    "HEADS_SECONDS": env.float("HEADS_SECONDS", default=2.0),
    "WATCH_SECONDS": env.float("WATCH_SECONDS", default=4.0),
    "REPLAY_MAX": env.int("REPLAY_MAX", default=2000),
    "KEEP_EVENTS_DAYS": env.int("KEEP_EVENTS_DAYS", default=7),
    # Frames that wait for a slow reader; beyond it the connection is closed, and resumes later.
    "QUEUE_MAX": env.int("QUEUE_MAX", default=1000),
    "FRAME_MAX_BYTES": 64 * 1024,
    "CONNECTIONS_MAX": env.int("CONNECTIONS_MAX", default=20),
    "BAD_FRAMES_MAX": 100,
    "DRAIN_SECONDS": env.float("DRAIN_SECONDS", default=5.0),
    "THREADS": env.int("PRESENCE_THREADS", default=8),
}
