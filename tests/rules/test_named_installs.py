"""Installs by name: which RUN does the same above a copy of the project as below it."""

from __future__ import annotations

import pytest

from jettison.model.dockerfile import build_model
from jettison.rules.named_installs import installs_by_name
from jettison.syntax.tree import parse


def by_name(command: str) -> bool:
    model = build_model(parse(f"FROM debian:bookworm\nRUN {command}\n".encode()))
    return installs_by_name(model, model.runs[0])


@pytest.mark.parametrize(
    "command",
    [
        "apt-get update && apt-get install -y -t bookworm-backports nginx=1.22.* libpq5 && rm -rf /var/lib/apt/lists/*",
        "apk add --no-cache --virtual .build-deps $PHPIZE_DEPS",
        "dnf install -y https://example.org/epel-release.rpm @development",
        'pip install flask "gunicorn[gevent]>=22" uvicorn==0.30.* 2>&1',
        "python3 -m pip install --no-cache-dir -i https://example.org/simple git+https://example.org/x/y@v1",
        "pip3.12 install --user flask && rm -rf ~/.cache/pip",
        "npm install -g @angular/cli@17 pm2 && npm cache clean --force",
        'gem install rails -v 7.1 && rm -rf "$(gem env gemdir)"/cache/*.gem',
        "go install golang.org/x/tools/cmd/goimports@latest",
        "cargo install --locked cargo-chef",
        "uv pip install --system flask",
        "pipx install poetry==1.8",
        "conda install -y -c conda-forge numpy=1.26",
        "set -eux; apt-get update; apt-get install -y curl > /dev/null",
        "DEBIAN_FRONTEND=noninteractive apt-get install -y tzdata",
    ],
)
def test_by_name(command: str) -> None:
    assert by_name(command)


@pytest.mark.parametrize(
    "command",
    [
        "true",
        "apt-get install -y ./x.deb",
        "dnf install -y x.rpm",
        "apk add --allow-untrusted x.apk",
        "apt-get install -y curl && rm -rf /app/tests",
        "apt-get install -y curl && rm -rf /tmp/../app",
        "apt-get install -y curl && echo x > settings.ini",
        "apt-get install -y $(cat packages.txt)",
        "xargs apt-get install -y < packages.txt",
        "pip install .",
        "pip install -e .",
        "pip install flask -r requirements.txt",
        "pip install -c constraints.txt flask",
        "pip install --find-links=wheels flask",
        "pip install flask-1.0.tar.gz",
        "pip install libs/flask",
        "pip install -t lib flask",
        "PIP_CONFIG_FILE=./pip.conf pip install flask",
        "npm install express",
        "npm install -g .",
        "npm install -g ./cli",
        "npm install -g cli-1.0.tgz",
        "npm update",
        "composer update",
        "composer require x/y",
        "bundle update",
        "gem install x.gem",
        "gem install --local x",
        "go install ./...",
        "go install example.com/tool",
        "go build",
        "cargo install --path .",
        "cargo build",
        "uv add flask",
        "uv pip install -r requirements.txt",
        "poetry add flask",
        "pip install flask && python manage.py migrate",
    ],
)
def test_not_by_name(command: str) -> None:
    assert not by_name(command)
