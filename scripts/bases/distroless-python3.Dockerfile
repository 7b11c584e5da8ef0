# Stand-in for gcr.io/distroless/python3-debian12:nonroot: Debian's Python on the cc ground; no pip, no shell.
FROM debian:bookworm AS files
RUN apt-get update && cd /tmp && apt-get download libpython3.11-minimal libpython3.11-stdlib python3.11-minimal python3-minimal \
        libbz2-1.0 libcrypt1 libdb5.3 libexpat1 libffi8 liblzma5 libncursesw6 libnsl2 libreadline8 libsqlite3-0 libtinfo6 \
        libtirpc3 libuuid1 zlib1g libgssapi-krb5-2 libkrb5-3 libk5crypto3 libkrb5support0 libcom-err2 libkeyutils1 \
    && mkdir /root-fs && for deb in *.deb; do dpkg-deb -x "$deb" /root-fs; done \
    && rm -rf /root-fs/usr/share/doc /root-fs/usr/share/man /root-fs/usr/share/lintian \
    && if [ -d /root-fs/lib ]; then cp -a /root-fs/lib/. /root-fs/usr/lib/ && rm -rf /root-fs/lib; fi \
    && ln -sf python3.11 /root-fs/usr/bin/python3 && ln -sf python3.11 /root-fs/usr/bin/python
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=files /root-fs/ /
ENTRYPOINT ["/usr/bin/python3.11"]
