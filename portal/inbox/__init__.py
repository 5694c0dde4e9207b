"""The internal lead queue: receives each lead once, unseals it for staff who have logged in."""
