"""What one connection may do, the same for every client and every server."""

FRAMES_BURST = 5000
FRAMES_PER_SECOND = 500
"""Far more than any client of good will says; what people may do is limited by the rooms."""
CONTROL_FRAMES_BURST = 100
CONTROL_FRAMES_PER_SECOND = 10
"""Pings and pongs: a client needs no more than one in some seconds."""
PIECES_MAX = 1000
"""A message may come in so many frames."""
READ_AHEAD = 16
"""So many frames may wait for the application before no more is read."""
STUCK_SECONDS = 20
"""A reader that has taken nothing for so long is closed as too slow."""
GIVE_UP_SECONDS = 5
"""One that does not even take the close frame is left alone after so much longer."""
READ_THE_END_SECONDS = 1.0
"""So long the last word to a flood may take before the connection is cut."""
FLOODED = 4501
