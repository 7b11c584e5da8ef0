"""`jettison undo [PROJECT]`: puts back the files that `optimize --write` replaced."""

from __future__ import annotations

import argparse
import sys
from typing import Final

from jettison.cli.options import Option
from jettison.terminal import safe_line

OPTIONS: Final = (
    Option(("project",), "the folder that was optimised (default: this folder)", {"nargs": "?", "default": "."}),
)


def run(args: argparse.Namespace) -> int:
    """Restore the files of the last writing, unless one of them has changed since."""
    from jettison.optimize.undo import undo

    for path, was_there in undo(args.project):
        sys.stdout.write(f"{'restored' if was_there else 'removed'} {safe_line(path)}\n")
    return 0
