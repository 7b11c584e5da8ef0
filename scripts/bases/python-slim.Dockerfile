# Stand-in for python:3.11-slim: Debian's Python and pip without compilers.
FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates python3 python3-pip python3-venv \
    && rm -rf /var/lib/apt/lists/* /usr/lib/python3.*/EXTERNALLY-MANAGED /var/cache/debconf/*-old /usr/share/doc/* /usr/share/man/* \
    && for name in python python3 python3.11; do ln -s /usr/bin/python3.11 /usr/local/bin/$name; done
ENV LANG=C.UTF-8
CMD ["python3"]
