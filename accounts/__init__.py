"""People who sign in: `users`, roles, tokens, and sign-in sessions of every kind of actor."""
