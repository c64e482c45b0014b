"""A member's service: the only one that holds personal data."""
