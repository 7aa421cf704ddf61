from journal.enums import Verb


class TruckVerb(Verb):
    """What the journal says was done to a truck, or to the links that sign its driver in."""

    CREATE = "create"
    UPDATE = "update"
    ASSIGN = "assign"
    ACTIVATE = "activate"
    DEACTIVATE = "deactivate"
    CREATE_LINK = "create_link"
    SEND_LINK = "send_link"
    REVOKE_LINK = "revoke_link"
