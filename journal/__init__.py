"""What happened: one row a change; and idempotency keys. It refers to no other room, so every room may write it."""
