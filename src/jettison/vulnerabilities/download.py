"""Fetching one file over HTTP: bounded, verified against the checksum that was given or that stands beside it.

No credential is ever sent. A redirect may go to another host, but never from https to http.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import re
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import IO, Any, Final
from urllib.parse import urlsplit

from jettison import __version__
from jettison.errors import SourceError

MAX_BYTES: Final = 4 << 30
TIMEOUT: Final = 60.0
_PIECE: Final = 1 << 20
_HEX: Final = re.compile(r"[0-9a-f]{64}\Z")
_SUM: Final = re.compile(rb"\A\s*([0-9A-Fa-f]{64})\b")
_MD5: Final = re.compile(r"md5=([A-Za-z0-9+/]{22}==)")


class DownloadError(SourceError):
    """A file cannot be fetched, is too large, or is not what its checksum says."""


@dataclass(frozen=True, slots=True)
class Download:
    """checksum: "sha256:..." and how it was verified."""

    size: int
    checksum: str


class _NoDowngrade(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        """Return the next request; None ends at the redirect."""
        schemes = (urlsplit(req.full_url).scheme, urlsplit(newurl).scheme)
        if schemes[1] not in ("http", "https") or schemes == ("https", "http"):
            raise urllib.error.HTTPError(req.full_url, code, "it leads to an address that is not secure", headers, fp)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def download(url: str, target: IO[bytes]) -> Download:
    """Fetch a file into `target`. "URL#sha256=HEX" names what it must be; else "URL.sha256" is asked for.

    Raises:
        DownloadError: it cannot be fetched or does not fit its checksum.
    """
    address, _, fragment = url.partition("#")
    if urlsplit(address).scheme not in ("http", "https"):
        raise DownloadError(f"{url}: only http and https addresses are fetched; import files with `jettison db import`")
    wanted = fragment.removeprefix("sha256=").lower() if fragment else ""
    if fragment and not _HEX.match(wanted):
        raise DownloadError(f"{url}: what follows # is no sha256=HEX of 64 digits")
    with _open(address) as answer:
        sha256, md5, size = _copy(address, answer, target)
        stated_md5 = _MD5.search(answer.headers.get("x-goog-hash", "") or "")
    how = "as the address says"
    if not wanted:
        wanted, how = _beside(address), "as the file beside it says"
    if wanted:
        if sha256 != wanted:
            raise DownloadError(f"{address}: has the checksum {sha256}, not {wanted}; nothing was changed")
        return Download(size, f"sha256:{sha256}, verified {how}")
    if stated_md5:
        if base64.b64decode(stated_md5[1]) != md5:
            raise DownloadError(f"{address}: does not fit the checksum that the server states; nothing was changed")
        return Download(size, f"sha256:{sha256}, transfer verified by the server's MD5")
    return Download(size, f"sha256:{sha256}, not verified: its publisher states no checksum")


def _open(address: str) -> Any:
    opener = urllib.request.build_opener(_NoDowngrade)
    request = urllib.request.Request(address, headers={"User-Agent": f"jettison/{__version__}"})
    try:
        return opener.open(request, timeout=TIMEOUT)
    except urllib.error.HTTPError as error:
        raise DownloadError(f"{address}: the server answered {error.code} ({error.reason})") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise DownloadError(f"{address}: cannot be reached ({getattr(error, 'reason', None) or error})") from error


def _copy(address: str, answer: Any, target: IO[bytes]) -> tuple[str, bytes, int]:
    sha256, md5, size = hashlib.sha256(), hashlib.md5(usedforsecurity=False), 0
    try:
        while piece := answer.read(_PIECE):
            size += len(piece)
            if size > MAX_BYTES:
                raise DownloadError(f"{address}: larger than {MAX_BYTES >> 30} GB")
            sha256.update(piece)
            md5.update(piece)
            target.write(piece)
    except (OSError, http.client.HTTPException) as error:
        raise DownloadError(f"{address}: the transfer broke off ({error})") from error
    stated = answer.headers.get("Content-Length", "")
    if stated.isdigit() and int(stated) != size:
        raise DownloadError(f"{address}: {size} of {stated} bytes came; nothing was changed")
    target.flush()
    return sha256.hexdigest(), md5.digest(), size


def _beside(address: str) -> str:
    """Return the checksum in "ADDRESS.sha256", "" where there is no such file."""
    try:
        with _open(f"{address}.sha256") as answer:
            match = _SUM.match(answer.read(4096))
    except (DownloadError, OSError, http.client.HTTPException):
        return ""
    return match[1].decode().lower() if match else ""
