"""Applications that Erlang/OTP and Elixir bring; see erlang_applications.toml."""

from __future__ import annotations

from typing import Final

from jettison.knowledge._compiled import ERLANG_APPLICATIONS

OWN_APPLICATIONS: Final = frozenset[str](ERLANG_APPLICATIONS["names"])
