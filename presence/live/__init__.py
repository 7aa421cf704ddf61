"""The live connection: consumer, connections, hub, commands, the long poll."""
