"""Takes the picture of a page that docs/ shows: `python tools/screenshot.py PAGE.html OUT.png [WIDTH HEIGHT [dark]]`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from browser import Browser, find_chromium


def main(page: str, out: str, width: str = "1200", height: str = "800", scheme: str = "light") -> int:
    """Write the picture; return 1 when there is no browser."""
    program = find_chromium()
    if program is None:
        sys.stderr.write("chromium is missing: apt-get install chromium\n")
        return 1
    with Browser(program) as browser:
        browser.open(Path(page), int(width), int(height), dark=scheme == "dark")
        browser.screenshot(Path(out))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
