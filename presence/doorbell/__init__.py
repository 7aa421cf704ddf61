"""How processes wake one another after a commit: batches, topics, and the one channel of each process."""
