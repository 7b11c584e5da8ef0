# Stand-in for gcr.io/distroless/base-debian12:nonroot: the static one with the C library and OpenSSL.
FROM debian:bookworm AS files
RUN apt-get update && cd /tmp && apt-get download libc6 libssl3 && mkdir /root-fs \
    && for deb in *.deb; do dpkg-deb -x "$deb" /root-fs; done \
    && rm -rf /root-fs/usr/share/doc /root-fs/usr/share/lintian /root-fs/usr/lib/*/gconv /root-fs/usr/lib/*/audit \
    && if [ ! -L /root-fs/lib ]; then mkdir -p /root-fs/usr/lib && cp -a /root-fs/lib/. /root-fs/usr/lib/ && rm -rf /root-fs/lib && ln -s usr/lib /root-fs/lib; fi \
    && if [ -d /root-fs/lib64 ]; then mkdir -p /root-fs/usr/lib64 && cp -a /root-fs/lib64/. /root-fs/usr/lib64/ && rm -rf /root-fs/lib64 && ln -s usr/lib64 /root-fs/lib64; fi
FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=files /root-fs/ /
