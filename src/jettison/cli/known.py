"""The known vulnerabilities of images, where there is a database to look them up in."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from jettison.terminal import safe_line

if TYPE_CHECKING:
    from jettison.image.inspection import Inspection
    from jettison.report.known import Known
    from jettison.settings.settings import Settings
    from jettison.vulnerabilities.judgement import Judgement, Said
    from jettison.vulnerabilities.vulnerability import Findings


def said_of(args: argparse.Namespace) -> Said:
    """Return what the options that COUNTED names say."""
    from jettison.vulnerabilities.judgement import Said

    ignored = None if args.ignore_file is None else tuple(args.ignore_file)
    return Said(tuple(args.vex or ()), ignored, args.db or "", args.max_age, args.only_fixed)


def settings_in_force(args: argparse.Namespace, path: str = "./") -> Settings:
    """Return the settings that --config names, else those that govern a path, unless --no-config leaves them out."""
    from jettison.settings.find import Finder
    from jettison.settings.settings import DEFAULTS

    if args.config:
        return Finder().read(args.config)
    return DEFAULTS if args.no_config else Finder().settings_for(path)


def known_of_both(before: Inspection, after: Inspection, judgement: Judgement) -> Known | None:
    """Return what is known of two images; None without a database, or where it speaks of one of them at most."""
    from jettison.report.known import Known
    from jettison.vulnerabilities.scan import nothing_looked_up

    found = _looked_up((before, after), judgement)
    # A count of what was never looked up would read as "none".
    unknown = [side for side, one in zip(("first", "second"), found, strict=False) if nothing_looked_up(one)]
    if len(unknown) == 1:
        sys.stderr.write(f"jettison: vulnerabilities are not compared: no data speaks of the {unknown[0]} image\n")
    return Known(*found) if found and not unknown else None


def known_of_one(seen: Inspection, judgement: Judgement) -> Findings | None:
    """Return what is known of an image; None without a database.

    Where no advisory speaks of a package, it is only known which have a security update.
    """
    return next(iter(_looked_up((seen,), judgement)), None)


def _looked_up(images: tuple[Inspection, ...], judgement: Judgement) -> list[Findings]:
    """Return what is known of each, all by one state of the data; nothing without a database.

    What was decided on the way is said on standard error, and so is a database that cannot be used: everything else
    counts without it.
    """
    from jettison.errors import JettisonError
    from jettison.vulnerabilities.image_counts import LookedUp, look_up
    from jettison.vulnerabilities.scan import names_of_image

    asked = [LookedUp(seen.inventory, names_of_image(seen.name, seen.image.digest, seen.image.manifests)) for seen in images]
    try:
        found = look_up(*asked, judgement=judgement)
    except JettisonError as error:
        sys.stderr.write(f"jettison: vulnerabilities were not looked up: {safe_line(str(error))}\n")
        return []
    for note in dict.fromkeys(note for one in found for note in one.notes):
        sys.stderr.write(f"jettison: {safe_line(note)}\n")
    return found
