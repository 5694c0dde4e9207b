"""The tests; a package, so that another distribution's top-level `tests` does not stand in for it."""
