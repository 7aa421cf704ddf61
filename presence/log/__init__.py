"""What people have been told: numbered streams of durable events, written by `telling` and read back by `replay`."""
