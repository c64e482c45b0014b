"""The service of a second, independent organisation, which will let only sums through.

Today it keeps a roster of its own: members that its own people admitted, by fingerprint, never through the hub. The
roster is a signed document whose versions are chained, so that nobody can slip a member in or out unseen. Batches of
sealed shares come with the sealed totals; their log is there, signed and empty.
"""
