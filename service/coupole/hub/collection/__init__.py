"""Collection: every member is asked for its release of one period, and what came of it is written down.

question -> pulls (64 at a time, through the client) -> outcomes, stored as they come -> the round is closed
"""
