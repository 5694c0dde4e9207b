"""Measurements on the machine at hand; run by hand, not part of the gate."""
