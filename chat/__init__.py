"""Who talks to whom: conversations, members, messages, receipts."""
