"""`jettison slim IMAGE`: a finished image without its sources made smaller, proven to run like it."""

from __future__ import annotations

import argparse
import re
import sys
from typing import TYPE_CHECKING, Final

from jettison.cli.options import Option
from jettison.errors import UsageError
from jettison.terminal import Palette, wants_colour

if TYPE_CHECKING:
    from jettison.slim.records import SlimOutcome

_REPEAT: Final = {"action": "append", "default": []}
OPTIONS: Final = (
    Option(("image",), "an image of the engine", {"metavar": "IMAGE"}),
    Option(("-t", "--tag"), "name of the result (default: the image's name with -slim)", {"metavar": "NAME"}),
    Option(("--trace",), "watch which files it opens; needs Linux, root, a local engine", {"action": "store_true"}),
    Option(("--unproven",), "name the result though not everything could be shown", {"action": "store_true"}),
    Option(("--engine",), "docker, podman, or the path of a client", {"metavar": "ENGINE"}),
    Option(("--env",), "NAME=VALUE for running both images; may be repeated", {**_REPEAT, "metavar": "NAME=VALUE"}),
    Option(("--probe",), "an HTTP request to compare; may be repeated", {**_REPEAT, "metavar": "PROBE"}),
    Option(("--check",), "a shell command to run in both; may be repeated", {**_REPEAT, "metavar": "COMMAND"}),
    Option(("--dockerfile",), "write the Dockerfile that makes the slim image to this file", {"metavar": "FILE"}),
    Option(("--format",), "text or json (default: text)", {"choices": ("text", "json"), "default": "text"}),
)


def run(args: argparse.Namespace) -> int:
    """Slim one image and report; 0 when the result is proven, 1 else."""
    from jettison.atomic import Replacement, replace_all
    from jettison.cli.optimize import pairs
    from jettison.report.progress import Progress
    from jettison.report.slim import render_json, render_text
    from jettison.slim.job import slim
    from jettison.slim.records import SlimRequest

    tag = args.tag or _default_tag(args.image)
    request = SlimRequest(
        args.image, tag, args.engine, tuple(args.probe), tuple(args.check), pairs("--env", args.env), args.trace,
        args.unproven,
    )  # fmt: skip
    with Progress(sys.stderr) as progress:
        outcome: SlimOutcome = slim(request, progress.say)
    if args.dockerfile and outcome.dockerfile:
        replace_all([Replacement(args.dockerfile, None, outcome.dockerfile)])
    text = render_json(outcome) if args.format == "json" else render_text(outcome, Palette(wants_colour()))
    sys.stdout.write(text)
    return 0 if outcome.verdict == "proven" else 1


def _default_tag(image: str) -> str:
    name = image.split("@", 1)[0]
    if not re.fullmatch(r"[\w./:-]{1,250}", name):
        raise UsageError(f"a name of an image was expected, not {image!r}")
    return f"{name}-slim" if ":" in name.rsplit("/", 1)[-1] else f"{name}:slim"
