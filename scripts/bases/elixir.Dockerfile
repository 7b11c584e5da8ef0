# Stand-in for elixir:1.14-slim: Debian's Elixir and Erlang. There is no package registry here.
FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates elixir erlang-dev erlang-ssl erlang-inets erlang-tools git \
    && rm -rf /var/lib/apt/lists/* /usr/share/doc/* /usr/share/man/*
ENV LANG=C.UTF-8
CMD ["iex"]
