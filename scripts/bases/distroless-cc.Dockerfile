# Stand-in for gcr.io/distroless/cc-debian12:nonroot: the base one with the run-time libraries of GCC.
FROM debian:bookworm AS files
RUN apt-get update && cd /tmp && apt-get download libgcc-s1 libstdc++6 libgomp1 && mkdir /root-fs \
    && for deb in *.deb; do dpkg-deb -x "$deb" /root-fs; done \
    && rm -rf /root-fs/usr/share \
    && if [ -d /root-fs/lib ]; then cp -a /root-fs/lib/. /root-fs/usr/lib/ && rm -rf /root-fs/lib; fi
FROM gcr.io/distroless/base-debian12:nonroot
COPY --from=files /root-fs/ /
