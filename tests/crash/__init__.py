"""The crash test: web, worker and inbox are killed at random moments under load, and no lead may be lost or doubled.

`python -m tests.crash` (or `make crash`) runs it whole; a shorter version belongs to the gate.
"""
