"""From a file of unknown content to the reader that understands it."""

from __future__ import annotations

import json
import re
from typing import Any, Final

import yaml

from jettison.inventory.text import clean
from jettison.vulnerabilities.formats import (
    alpine_secdb,
    debian_tracker,
    epss,
    kev,
    osv,
    package_index,
    php_advisories,
    ruby_advisories,
    rustsec,
)
from jettison.vulnerabilities.sink import Sink

MAX_YAML: Final = 4 << 20
MAX_JSON: Final = 64 << 20
MAX_TEXT: Final = 512 << 20
_DOCUMENTS: Final = (osv, kev, alpine_secdb, ruby_advisories, php_advisories)
_ANCHOR: Final = re.compile(rb"(?:^|[\s\[{,:-])[&*][0-9A-Za-z_-]", re.MULTILINE)
_NAMES: Final = frozenset({"APKINDEX", "DESCRIPTION", "Release"})
_Loader: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# Files beside advisories that are none, by their names.
_OTHER: Final = re.compile(
    r"(?:\A|/)(?:README|LICEN[CS]E|CONTRIBUTING|CHANGELOG|SECURITY)[^/]*\Z|schema[^/]*\.json\Z", re.I
)


def is_candidate(path: str) -> bool:
    """Return whether a file may hold advisories, by its name alone."""
    base = path.rpartition("/")[2]
    if _OTHER.search(path) or base.startswith("."):
        return False
    if "_dists_" in base and "security" not in base:
        # apt keeps the lists of all suites in one folder; only one of them is about security.
        return False
    suffixes = (".json", ".yaml", ".yml", ".toml", ".md", ".csv")
    return base.lower().endswith(suffixes) or base.endswith(("Packages", "InRelease")) or base in _NAMES


def read_file(path: str, data: bytes, sink: Sink, release: str = "", title: str = "") -> bool:
    """Read one file into the sink; return whether it was of a known format.

    title: the DESCRIPTION of an archive that holds an APKINDEX.
    """
    if len(data) > MAX_TEXT:
        sink.skipped("a file larger than 512 MB")
        return False
    name = path.lower()
    if name.endswith((".yaml", ".yml")):
        return _document(_yaml(data, sink), path, sink)
    text = data.decode("utf-8-sig", "replace")
    if name.endswith(".json") or text[:1] in "{[":
        return _json(text, path, sink)
    if epss.fits(text):
        epss.read(text, sink)
    elif text.startswith((kev.CSV_HEAD, f'"{kev.CSV_HEAD[:-1]}"')):
        kev.read_csv(text, sink)
    elif rustsec.fits(text):
        rustsec.read(text, sink)
    elif package_index.fits_debian(text):
        package_index.read_debian(text, sink, path, release)
    elif package_index.fits_alpine(text):
        package_index.read_alpine(text, sink, path, title, release)
    elif package_index.fits_release(text):
        package_index.read_release(text, sink)
    else:
        return False
    return True


def _json(text: str, path: str, sink: Sink) -> bool:
    if debian_tracker.fits(text):
        debian_tracker.read(text, sink)
        return True
    # "[[],[],..." takes twenty times its size in memory.
    if len(text) > MAX_JSON:
        sink.skipped("JSON larger than 64 MB")
        return False
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        sink.skipped("damaged JSON, or nested too deep")
        return False
    if isinstance(value, list):
        known = [_document(one, path, sink) for one in value]
        return True in known
    return _document(value, path, sink)


def _document(value: object, path: str, sink: Sink) -> bool:
    if value is None:
        return False
    for format_ in _DOCUMENTS:
        if not format_.fits(value):
            continue
        if format_ in (alpine_secdb, php_advisories):
            format_.read(value, sink, path)
        else:
            format_.read(value, sink)
        return True
    return False


def _yaml(data: bytes, sink: Sink) -> object:
    """Return the document, None when it is damaged, too large, or uses what can make it grow."""
    if len(data) > MAX_YAML:
        sink.skipped("YAML larger than 4 MB")
        return None
    try:
        # No advisory needs anchors; merges of them can double a document at every line.
        if _ANCHOR.search(data) and any(_is_reference(event) for event in yaml.parse(data, Loader=_Loader)):
            sink.skipped("YAML with anchors")
            return None
        value: object = yaml.load(data, Loader=_Loader)
        return value
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        sink.skipped(f"damaged YAML ({clean(type(error).__name__)})")
        return None


def _is_reference(event: object) -> bool:
    return isinstance(event, yaml.AliasEvent) or bool(getattr(event, "anchor", None))
