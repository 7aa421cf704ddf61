"""What may happen to an offer and its proposals, and who may do it. Pure: nothing here reads or writes a row."""
