"""The market: an offer is made, sent, answered, negotiated, awarded, closed; and the dispatcher's desk."""
