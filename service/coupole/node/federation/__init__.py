"""The federation: joined by an invitation and a fingerprint, followed by its directory, left by a written word."""
