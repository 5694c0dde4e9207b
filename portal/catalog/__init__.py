"""Content files -> frozen, validated objects."""
