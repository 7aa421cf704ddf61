"""What makes the room quick and keeps it within bounds: batches, threads, coalescing, framing, writing."""
