"""`jettison ast FILE`: the syntax tree as JSON."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Final

from jettison.cli.discover import read_dockerfile
from jettison.cli.options import Option

OPTIONS: Final = (Option(("file",), "the Dockerfile; - reads standard input", {"metavar": "FILE"}),)


def run(args: argparse.Namespace) -> int:
    """Print the tree of one file; a broken file has error nodes and still exits with 0."""
    from jettison.syntax.dump import to_json
    from jettison.syntax.tree import parse

    tree = to_json(parse(read_dockerfile(args.file), args.file))
    # ASCII output: no byte of the file can act on a terminal.
    sys.stdout.write(json.dumps(tree, indent=2, ensure_ascii=True) + "\n")
    return 0
