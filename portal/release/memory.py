"""Long-lived memory kept out of the garbage collector's full rounds."""

from __future__ import annotations

import gc


def set_apart() -> None:
    """Take what lives now out of later collections, after freeing what an earlier release left.

    A release and its search indexes are some hundred thousand objects that stay until the next one. A full collection
    looks at each of them while an answer waits: that was a quarter of a second, the longest waits of all. Called
    anew, it first lets everything be looked at once more, so that nothing of an old release is kept.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
