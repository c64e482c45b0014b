"""The umbrella's service: it knows members, their releases and what is published of them, and never a person.

``members`` are let in by a person who compared a fingerprint; ``collection`` asks each of them for its release of a
period and writes down what came of it; ``publication`` adds up what members show, with the coverage and the noise of
every figure; ``api`` and ``ui`` let everybody read.
"""
