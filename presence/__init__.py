"""Who is here, and what they have been told: the live connection, socket sessions, event streams."""
