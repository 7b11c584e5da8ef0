"""`jettison db update`: feeds fetched and imported, all of them or none."""

from __future__ import annotations

import os
import tempfile
import tomllib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib import resources
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from jettison.errors import JettisonError
from jettison.vulnerabilities.build import Build, Imported, source_name
from jettison.vulnerabilities.download import DownloadError, download
from jettison.vulnerabilities.place import database_path


class Feed(NamedTuple):
    """name: under which its data is kept; url: what is fetched."""

    name: str
    url: str


def known_feeds() -> list[Feed]:
    """Return the published exports that are fetched by default."""
    text = resources.files("jettison.vulnerabilities").joinpath("feeds.toml").read_text()
    return [Feed(entry["name"], entry["url"]) for entry in tomllib.loads(text)["feed"]]


def feed_of(url: str) -> Feed:
    """Return the feed of an address that the user names; its host and path are its name."""
    parts = urlsplit(url.partition("#")[0])
    return Feed(source_name(unquote(f"{parts.hostname or ''}{parts.path}".replace("/", "_"))), url)


def update(
    feeds: Sequence[Feed], target: str = "", told: Callable[[str], None] = lambda line: None
) -> tuple[list[Imported], list[str]]:
    """Fetch and import feeds; return what came and why others did not.

    The data counts as of now only where it was fetched now: a feed that fails keeps its old data and its old date.

    Raises:
        DownloadError: none of them could be had; the database is then as it was.
    """
    path = target or database_path()
    found: list[Imported] = []
    failed: list[str] = []
    with Build(path) as build:
        for feed in feeds:
            told(f"{feed.name}: {feed.url.partition('#')[0]}")
            try:
                found.append(_fetched(build, feed, os.path.dirname(os.path.abspath(path))))
            except JettisonError as error:
                failed.append(str(error))
        if not found:
            more = f" (and {len(failed) - 1} further feeds)" if len(failed) > 1 else ""
            raise DownloadError(f"nothing was updated: {failed[0]}{more}")
        build.commit()
    return found, failed


def _fetched(build: Build, feed: Feed, folder: str) -> Imported:
    # The name's end says how the file is packed, for readers that go by it.
    suffix = os.path.basename(urlsplit(feed.url.partition("#")[0]).path)[-40:].replace("/", "_") or "json"
    if "." not in suffix:
        suffix += ".json"
    with tempfile.NamedTemporaryFile(prefix=".feed-", suffix=f"-{suffix}", dir=folder) as stream:
        got = download(feed.url, stream)
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")
        with build.savepoint():
            return build.add(stream.name, feed.name, dated=now, checksum=got.checksum)
