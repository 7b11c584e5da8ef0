# Stand-in for rust:1: Debian's compiler and cargo. There is no crates registry here: standard library only.
FROM jettison-base/buildpack
RUN apt-get update && apt-get install -y --no-install-recommends cargo rustc \
    && rm -rf /var/lib/apt/lists/* && mkdir -p /usr/local/cargo/registry
ENV CARGO_HOME=/usr/local/cargo PATH=/usr/local/cargo/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
