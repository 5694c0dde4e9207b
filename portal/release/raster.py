"""SVG -> PNG by resvg, in a process of its own (`python -m portal.release.raster`): JSON in, PNG out. Fetches nothing."""

from __future__ import annotations

import json
import sys

from portal.release.paper import modest


def main() -> int:
    """Read an order, write the picture."""
    from resvg_py import svg_to_bytes

    modest()
    given = json.load(sys.stdin)
    sys.stdout.buffer.write(svg_to_bytes(svg_string=given["svg"], font_family=given["family"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
