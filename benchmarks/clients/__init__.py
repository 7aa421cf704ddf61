"""Clients of both products over the same hand-written WebSocket, so that neither's library is measured."""
