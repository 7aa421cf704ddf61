"""Who is online: leases of connections, and who has been told of it."""
