"""Routes of the public site; thin: parse, call, render."""
