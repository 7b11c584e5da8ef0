"""How finished pages are served: the site file of nginx."""

from __future__ import annotations

from typing import Final

# Source: nginx documentation: try_files, gzip, expires, absolute_redirect.
_SITE: Final = """\
# Serves the pages of /usr/share/nginx/html. Written by `jettison init`; change it as you like.
server {{
    listen {port};
    root /usr/share/nginx/html;
    server_tokens off;
    # Redirects keep the address that the visitor used, whatever port is published.
    absolute_redirect off;

    gzip on;
    gzip_types text/css application/javascript application/json image/svg+xml;

    location / {{
{fallback}
    }}
{cached}}}
"""
_APPLICATION: Final = """\
        # Paths of the application are no files: it reads them itself.
        try_files $uri $uri/ /index.html;
        add_header Cache-Control "no-cache";"""
_PAGES: Final = """\
        try_files $uri $uri/ $uri.html =404;"""
_CACHED: Final = """
    # Names with a hash never change what they hold.
    location /assets/ {
        expires 1y;
        add_header Cache-Control "public, immutable";
    }
"""


def site(port: int, application: bool) -> str:
    """Return the site file. application: one page that reads all paths itself."""
    return _SITE.format(
        port=port, fallback=_APPLICATION if application else _PAGES, cached=_CACHED if application else ""
    )
