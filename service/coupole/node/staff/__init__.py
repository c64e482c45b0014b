"""Who works with the desk: accounts, ways to sign in, sessions, what each may do, and who opened which file."""
