"""Speak with a Coupole node from Python."""
