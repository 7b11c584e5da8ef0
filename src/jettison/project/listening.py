"""On which port a program listens, and which path tells whether it is well, as its sources say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from jettison.project.tree import Tree

# The surest first: a default for PORT, then calls that listen, then settings by name.
# Runs of blanks are bounded: two of them beside each other would take quadratic time on a hostile line.
_PORTS: Final = tuple(
    re.compile(pattern.replace(r"\s*", r"\s{0,8}"))
    for pattern in (
        r"\bPORT[\"'`\])]*\s*(?:,|\|\||\?\?|\)?\s*or\b|:-|\)\s*\.unwrap_or[^0-9\n]{0,40})\s*[\"'`]?:?(\d{2,5})\b",
        # The configuration of Gunicorn or Puma.
        r"(?m)^bind\s*(?:=\s*\[?\s*)?[\"'](?:tcp://)?[\w.\[\]:*]{0,40}:(\d{2,5})[\"']",
        r"\.listen\(\s*(?:\{\s*port:\s*)?[\"'`]?(\d{2,5})\b",
        r"(?:ListenAndServe(?:TLS)?|\.Run|\.Start|\.Listen|net\.Listen\(\"tcp\",|TcpListener::bind|\.bind)\(?\s*\(?\s*[&\"'`]+[\w.*:\[\]]*:(\d{2,5})[\"'`]",
        r"\bAddr:\s*\"[\w.]*:(\d{2,5})\"",
        r"(?:\(|\[)\s*[\"'](?:0\.0\.0\.0|127\.0\.0\.1|localhost)?[\"']\s*,\s*(\d{2,5})\b",
        r"\bhtons\(\s*(\d{2,5})\s*\)",
        r"(?:TCPServer\.new|ServerSocket|InetSocketAddress|HTTPServer)\s*\(?[^)\n]{0,40}?\b(\d{2,5})\b",
        r"\bserver\.port\s*[=:]\s*(?:\$\{\w+:)?(\d{2,5})\b",
        r"(?i)(?<![a-z_])(?:http_?|server_?|listen_?|app_?|web_?)?port\s*(?::\s*\w+)?\s*(?:=|:|\?\?|\|\|)+\s*[\"'`]?:?(\d{2,5})\b",
        r"(?m)^\s*#define\s+(?:SERVER_|HTTP_|LISTEN_)?PORT\s+(\d{2,5})\b",
        r"getOrDefault\(\"PORT\",\s*\"(\d{2,5})\"",
    )
)
_OTHERS: Final = frozenset((3306, 5432, 6379, 27017, 5672, 9200, 11211, 25, 587, 465, 443, 1433, 9092, 2181))
_LISTENS: Final = re.compile(
    r"ListenAndServe|net\.Listen|createServer|\.listen\(|\blisten\s*\(|TcpListener|HTTPServer|http\.server|ServerSocket|HttpServer|TCPServer|"
    r"WEBrick|Deno\.serve|Bun\.serve|serve_forever|axum|actix_web|warp::|rocket|Javalin|Undertow|WebApplication\.Create|\bserve\(|"
    r"\bgin\.(?:Default|New)\(|echo\.New\(|fiber\.New\(|chi\.NewRouter|gorilla/mux"
)
_ROUTE: Final = re.compile(
    r"(?:\.(?:get|route|HandleFunc|Handle|GET|Get|all|use|path|map)\w*|@(?:Get|Request)Mapping|\bget|\bpath|\b[Rr]oute|createContext|MapGet|\.add_url_rule)"
    r"\s*\(?\s*(?:value\s*=\s*)?[\"'`](?:GET )?(/?[^\"'`\s]{0,100})[\"'`]"
)
_COMPARED: Final = re.compile(
    r"(?:\burl|\bpath|pathname|URL\.Path|request_uri|REQUEST_URI|self\.path|req\.path|\bPATH_INFO\W+)\s*(?:={2,3}|in|eq)\s*\(?[\"'`](/[^\"'`\s]{0,100})[\"'`]"
)
_HEALTHY: Final = re.compile(
    r"^/?(?:api/)?(?:health(?:z|check|-check)?|livez|readyz|ready|ping|status|_health|up|alive|heartbeat)/?$"
)
_LITERAL: Final = re.compile(r"[\"'`](/(?:healthz?|health-?check|livez|readyz|_health|ping))[\"'`]")


class Listening(NamedTuple):
    """port: None when none is named; listens: whether the sources open one at all."""

    port: int | None
    listens: bool


def listening(tree: Tree, paths: tuple[str, ...]) -> Listening:
    """Return the port that the sources name; ports of well-known services do not count."""
    texts = [tree.text(path) for path in paths]
    for pattern in _PORTS:
        for text in texts:
            for match in pattern.finditer(text):
                number = int(match[1])
                if 0 < number < 65536 and number not in _OTHERS and not _elsewhere(text, match.start()):
                    return Listening(number, True)
    return Listening(None, any(_LISTENS.search(text) for text in texts))


def _elsewhere(text: str, at: int) -> bool:
    """Return whether a port stands beside the name of a service that is called, not offered."""
    line = text[text.rfind("\n", 0, at) + 1 : at].lower()
    return any(
        word in line
        for word in ("db", "redis", "smtp", "mongo", "postgres", "mysql", "amqp", "kafka", "proxy", "upstream")
    )


def health_path(tree: Tree, paths: tuple[str, ...]) -> str:
    """Return a path that answers GET: a health route, else the root, else the first plain route; "" when none is known."""
    routes: list[str] = []
    for path in paths:
        text = tree.text(path)
        routes += [match[1] for pattern in (_ROUTE, _COMPARED) for match in pattern.finditer(text)]
        literal = _LITERAL.search(text)
        if literal:
            return literal[1]
    plain = [route if route.startswith("/") else f"/{route}" for route in routes if re.fullmatch(r"/?[\w./-]*", route)]
    healthy = next((route for route in plain if _HEALTHY.match(route)), "")
    if healthy:
        return healthy
    return "/" if "/" in plain else ""
