"""What happened: one row a change; and idempotency keys. It points at nobody, so everybody may write it."""
