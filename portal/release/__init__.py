"""Catalog -> release folder -> bytes on the wire."""
