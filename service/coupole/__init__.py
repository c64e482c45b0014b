"""Coupole: one common method and honest figures for federations of social workshops."""
