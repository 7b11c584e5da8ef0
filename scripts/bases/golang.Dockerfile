# Stand-in for golang:1.19: Debian's Go with the C toolchain and version control of the official image.
FROM debian:bookworm
RUN apt-get update && apt-get install -y --no-install-recommends \
        ca-certificates curl g++ gcc git golang-go libc6-dev make mercurial openssh-client pkg-config procps subversion wget \
    && rm -rf /var/lib/apt/lists/* \
    && ln -s /usr/lib/go-1.19 /usr/local/go && mkdir -p /go/src /go/bin && chmod -R 1777 /go
ENV GOPATH=/go \
    PATH=/go/bin:/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
WORKDIR /go
CMD ["bash"]
