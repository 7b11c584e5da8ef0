"""Requests to a registry: signed in where asked, tried again where that helps, and never telling a secret to others.

Credentials go to the registry itself, and to the sign-in service that it names only when that is of the same
domain; a redirect to another host gets none. http is spoken only to this machine, or where the user asked for it.

Source: OCI distribution specification 1.1; distribution's documentation "Token Authentication Specification".
"""

from __future__ import annotations

import base64
import glob
import http.client
import ipaddress
import json
import os
import re
import ssl
from time import sleep
from typing import Any, Final, NamedTuple
from urllib.parse import SplitResult, urlencode, urljoin, urlsplit

from jettison import __version__
from jettison.errors import ImageError
from jettison.image.credentials import credentials_for

SECONDS: Final = 30.0
TRIES: Final = 4
MAX_WAIT: Final = 20.0
MAX_REDIRECTS: Final = 5
MAX_TOKEN: Final = 1 << 20
_AGAIN: Final = frozenset((408, 429, 500, 502, 503, 504))
_MOVED: Final = frozenset((301, 302, 303, 307, 308))
_PARAMETER: Final = re.compile(r'([A-Za-z]+)="([^"\\]{0,4096})"')
_CERTIFICATES: Final = (
    "/etc/docker/certs.d",
    "/etc/containers/certs.d",
    "~/.docker/certs.d",
    "~/.config/containers/certs.d",
)


class _Url(NamedTuple):
    scheme: str
    host: str
    path: str


def is_this_machine(host: str) -> bool:
    """Return whether a host (with or without port) is the machine itself."""
    name = urlsplit(f"//{host}").hostname or ""
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _distrust(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message}; JETTISON_REGISTRY_CA names a file with its authority"
    return f"no trusted connection: {error.reason or error}"


class RegistryHttp:
    """A registry. Can be sent to another process."""

    def __init__(self, host: str, plain: bool = False) -> None:
        self.host = host
        self._plain = plain
        self._scheme = "http" if plain else "https"
        self._asked = plain
        self._distrust = ""
        self._authorization = ""

    def get(self, path: str, accept: str = "*/*", start: int = 0, redirect: bool = False) -> http.client.HTTPResponse:
        """Return the answer to a GET, its body not yet read.

        start: the first byte wanted; redirect: whether it may come from another host (blobs).

        Raises:
            ImageError: it is refused, missing, or the registry cannot be reached.
        """
        headers = {"Accept": accept, "User-Agent": f"jettison/{__version__}", "Accept-Encoding": "identity"}
        if start:
            headers["Range"] = f"bytes={start}-"
        signed_in = False
        problem = ""
        for number in range(TRIES):
            answer, problem = self._try(path, headers, redirect)
            wait = min(0.5 * 2**number, MAX_WAIT)
            if answer is None:
                sleep(wait)
                continue
            if answer.status in (200, 206):
                return answer
            if answer.status == 401 and not signed_in:
                challenge = answer.getheader("WWW-Authenticate") or ""
                answer.close()
                self._sign_in(challenge)
                signed_in = True
                continue
            problem = f"{answer.status} {answer.reason}"[:100]
            retry = answer.getheader("Retry-After") or ""
            answer.close()
            if answer.status not in _AGAIN:
                break
            sleep(min(float(retry) if retry.isdigit() and len(retry) < 6 else wait, MAX_WAIT))
        # A server that answered was reached: what was tried before says nothing more.
        distrust = "" if problem.startswith("404") else self._distrust
        raise ImageError(f"{self.host}{path}: {problem}{distrust}{_advice(problem, self._plain)}")

    def _try(self, path: str, headers: dict[str, str], redirect: bool) -> tuple[http.client.HTTPResponse | None, str]:
        url = _Url(self._scheme, self.host, path)
        for _ in range(MAX_REDIRECTS + 1):
            own = url.host == self.host and url.scheme == self._scheme
            sent = {**headers, "Authorization": self._authorization} if own and self._authorization else headers
            try:
                answer = self._send(url, sent)
            except ssl.SSLError as error:
                if self._may_speak_plain():
                    self._distrust = f"; over TLS: {_distrust(error)}"
                    return self._try(path, headers, redirect)
                raise ImageError(f"{url.host}: {_distrust(error)}") from error
            except (OSError, http.client.HTTPException) as error:
                if url.host == self.host and self._may_speak_plain():
                    return self._try(path, headers, redirect)
                return None, f"cannot be reached: {error}"[:200]
            if answer.status not in _MOVED:
                return answer, ""
            target = answer.getheader("Location") or ""
            answer.close()
            url = self._moved(url, target, redirect)
        raise ImageError(f"{self.host}{path}: more than {MAX_REDIRECTS} redirects")

    def _may_speak_plain(self) -> bool:
        """Turn to http once, for this machine only."""
        if self._asked or self._scheme == "http" or not is_this_machine(self.host):
            return False
        self._asked, self._scheme = True, "http"
        return True

    def _moved(self, url: _Url, target: str, redirect: bool) -> _Url:
        parts = _split(f"{url.scheme}://{url.host}{url.path}", target)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ImageError(f"{self.host} redirects to {target[:100]!r}, which is no place to read from")
        new = _Url(parts.scheme, parts.netloc.rpartition("@")[2], f"{parts.path or '/'}?{parts.query}".rstrip("?"))
        if new.host != self.host and not redirect:
            raise ImageError(f"{self.host} redirects a manifest to the host {new.host[:100]}")
        if new.scheme == "http" and url.scheme == "https":
            raise ImageError(f"{self.host} redirects from https to http")
        if new.host != self.host and _is_inside(new.host) and not _is_inside(self.host):
            raise ImageError(f"{self.host} redirects to {new.host[:100]}, an address of an inner network")
        return new

    def _send(self, url: _Url, headers: dict[str, str]) -> http.client.HTTPResponse:
        connection: http.client.HTTPConnection
        if url.scheme == "https":
            connection = http.client.HTTPSConnection(url.host, timeout=SECONDS, context=_trust(url.host))
        else:
            connection = http.client.HTTPConnection(url.host, timeout=SECONDS)
        connection.request("GET", url.path, headers=headers)
        return connection.getresponse()

    def _sign_in(self, challenge: str) -> None:
        kind, _, rest = challenge.partition(" ")
        known = credentials_for(self.host)
        if kind.lower() == "basic":
            if known is None:
                raise ImageError(f"{self.host} wants a password: sign in first (docker login {self.host})")
            self._authorization = _basic(known)
            return
        fields = dict(_PARAMETER.findall(rest[:16384]))
        realm = _split("", fields.get("realm", ""))
        if kind.lower() != "bearer" or not realm.hostname:
            raise ImageError(f"{self.host} asks for a way to sign in that is not known: {kind[:40]!r}")
        if realm.scheme != "https" and not (realm.scheme == "http" and self._scheme == "http"):
            raise ImageError(f"{self.host} wants to be signed in at {realm.netloc[:100]} without encryption")
        if _is_inside(realm.netloc) and not _is_inside(self.host):
            raise ImageError(
                f"{self.host} wants to be signed in at {realm.netloc[:100]}, an address of an inner network"
            )
        query = urlencode([(key, fields[key]) for key in ("service", "scope") if key in fields])
        headers = {"Accept": "application/json", "User-Agent": f"jettison/{__version__}"}
        if known is not None and _same_domain(realm.netloc, self.host):
            headers["Authorization"] = _basic(known)
        path = f"{realm.path or '/'}?{'&'.join(filter(None, (realm.query, query)))}"
        self._authorization = (
            f"Bearer {self._token(_Url(realm.scheme, realm.netloc.rpartition('@')[2], path), headers)}"
        )

    def _token(self, url: _Url, headers: dict[str, str]) -> str:
        try:
            with self._send(url, headers) as answer:
                data: Any = json.loads(answer.read(MAX_TOKEN)) if answer.status == 200 else {}
        except (OSError, http.client.HTTPException, ValueError, RecursionError) as error:
            raise ImageError(f"{url.host} gave no token: {type(error).__name__}") from error
        token = data.get("token") or data.get("access_token") if isinstance(data, dict) else None
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise ImageError(f"{url.host} gave no token for {self.host}: sign in first (docker login {self.host})")
        return token


def _split(base: str, target: str) -> SplitResult:
    """Return the parts of a URL that a server named; empty ones when it is none."""
    try:
        parts = urlsplit(urljoin(base, target))
        # An impossible port is noticed only when it is asked for.
        return parts if parts.port is None or parts.port else urlsplit("")
    except ValueError:
        return urlsplit("")


def _basic(known: tuple[str, str]) -> str:
    return "Basic " + base64.b64encode(f"{known[0]}:{known[1]}".encode()).decode()


def _advice(problem: str, plain: bool) -> str:
    if plain and problem.startswith("400"):
        return " (it may speak TLS alone: ask it as registry://)"
    if problem.startswith(("401", "403")):
        return " (is the name right, and may this account read it?)"
    if problem.startswith("404"):
        return " (it has no such image, tag or blob)"
    if problem.startswith("429"):
        return " (its limit of downloads is reached; try later or sign in)"
    return ""


def _same_domain(one: str, other: str) -> bool:
    """Return whether two hosts are the same, or below one domain of two parts: auth.docker.io, registry-1.docker.io."""
    first, second = (urlsplit(f"//{host}").hostname or "" for host in (one, other))
    if one == other or (is_this_machine(one) and is_this_machine(other)):
        return True
    ends = [name.split(".")[-2:] for name in (first, second)]
    # Under shared endings such as co.uk three parts would be needed: then only the same host counts.
    return ends[0] == ends[1] and len(ends[0]) == 2 and len(ends[0][0]) > 3 and not ends[0][1].isdigit()


def _is_inside(host: str) -> bool:
    """Return whether a host is an address of this machine or of an inner network; names are not looked up for it."""
    name = urlsplit(f"//{host}").hostname or ""
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return name == "localhost" or name.endswith((".localhost", ".internal"))
    return not address.is_global


def _trust(host: str) -> ssl.SSLContext:
    """Return what proves a host's identity: the system's authorities, and those the engines know for this host."""
    context = ssl.create_default_context()
    for folder in _CERTIFICATES:
        for path in sorted(
            glob.glob(os.path.join(glob.escape(os.path.join(os.path.expanduser(folder), host)), "*.crt"))
        ):
            context.load_verify_locations(path)
    own = os.environ.get("JETTISON_REGISTRY_CA")
    if own:
        try:
            context.load_verify_locations(own)
        except OSError as error:
            raise ImageError(f"JETTISON_REGISTRY_CA: {own}: {error.strerror or error}") from error
    return context
