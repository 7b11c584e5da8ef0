"""`jettison clean`: removes what interrupted runs left in the engine."""

from __future__ import annotations

import argparse
import sys
from typing import Final

from jettison.cli.options import Option
from jettison.terminal import safe_line

OPTIONS: Final = (
    Option(("--engine",), "docker or podman (default: the first that answers)", {"metavar": "ENGINE"}),
    Option(("--cache",), "remove the recorded results of `optimize` too", {"action": "store_true"}),
    Option(("--force",), "also while another run is at work, which loses what it uses", {"action": "store_true"}),
    Option(("-n", "--dry-run"), "only list what would be removed", {"action": "store_true"}),
)


def run(args: argparse.Namespace) -> int:
    """Remove every container, network, volume and image of ours, unless another run is at work with them."""
    from jettison.engine import at_work
    from jettison.engine.find import find_engine
    from jettison.errors import EngineError

    if args.cache and not args.dry_run:
        from jettison.optimize.recorded import forget_all

        sys.stdout.write(f"removed {forget_all()} recorded results of optimize\n")
    if not args.dry_run and not args.force and at_work.others():
        sys.stderr.write(
            "jettison: another run is at work, and what it uses would go too: nothing was removed; wait for its end, "
            "or say --force\n"
        )
        return 4
    engine = find_engine(args.engine)
    stayed = 0
    found = engine.leftovers()
    for leftover in found:
        name = f"{leftover.kind} {safe_line(leftover.name)}"
        if args.dry_run:
            sys.stdout.write(f"would remove {name}\n")
            continue
        try:
            engine.discard(leftover)
            sys.stdout.write(f"removed {name}\n")
        except EngineError as error:
            stayed += 1
            sys.stderr.write(f"jettison: {name} stays: {safe_line(str(error))}\n")
    if not found:
        sys.stdout.write(f"nothing of jettison is left in {safe_line(engine.name)}\n")
    return 4 if stayed else 0
