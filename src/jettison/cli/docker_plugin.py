"""`docker jettison ...`: the same commands, for the Docker CLI, which asks a plugin who it is.

Source: Docker's documentation and CLI sources' description of plugins: `docker-cli-plugin-metadata`, and that
the plugin's name is the first argument of every other call.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from jettison import __version__
from jettison.cli.main import main

NAME = "jettison"


def entry() -> None:
    """Run as a Docker CLI plugin and exit with its code."""
    sys.exit(run(sys.argv[1:]))


def run(argv: Sequence[str]) -> int:
    """Return the exit code of a call by the Docker CLI."""
    if argv[:1] == ["docker-cli-plugin-metadata"]:
        import json

        facts = {
            "SchemaVersion": "0.1.0",
            "Vendor": "The Jettison authors",
            "Version": f"v{__version__}",
            "ShortDescription": "Check, fix and optimize Dockerfiles",
        }
        sys.stdout.write(json.dumps(facts) + "\n")
        return 0
    return main(argv[1:] if argv[:1] == [NAME] else argv)
