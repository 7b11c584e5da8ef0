# Stand-in for gcr.io/distroless/java17-debian12:nonroot: Debian's headless JRE on the cc ground.
FROM debian:bookworm AS files
RUN apt-get update && cd /tmp && apt-get download openjdk-17-jre-headless zlib1g liblcms2-2 libjpeg62-turbo libharfbuzz0b libfreetype6 \
        libpng16-16 libglib2.0-0 libgraphite2-3 libpcre2-8-0 libbrotli1 libexpat1 libfontconfig1 libuuid1 \
    && mkdir /root-fs && for deb in *.deb; do dpkg-deb -x "$deb" /root-fs; done \
    && rm -rf /root-fs/usr/share/doc /root-fs/usr/share/man /root-fs/usr/share/lintian \
    && cp -a /root-fs/etc/java-17-openjdk /etc/ \
    && if [ -d /root-fs/lib ]; then cp -a /root-fs/lib/. /root-fs/usr/lib/ && rm -rf /root-fs/lib; fi \
    && mkdir -p /root-fs/usr/bin && ln -sf /usr/lib/jvm/java-17-openjdk-*/bin/java /root-fs/usr/bin/java
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=files /root-fs/ /
ENV LANG=C.UTF-8
ENTRYPOINT ["/usr/bin/java", "-jar"]
