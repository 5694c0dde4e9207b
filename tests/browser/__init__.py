"""Tests in a real browser against the whole portal."""
