# Stand-in for gcr.io/distroless/static-debian12:nonroot: certificates, time zones, users; no shell.
FROM debian:bookworm AS files
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates tzdata \
    && mkdir -p /root-fs/etc/ssl/certs /root-fs/usr/share /root-fs/tmp /root-fs/home/nonroot /root-fs/root /root-fs/var/tmp \
    && cp /etc/ssl/certs/ca-certificates.crt /root-fs/etc/ssl/certs/ \
    && cp -a /usr/share/zoneinfo /root-fs/usr/share/ && rm -rf /root-fs/usr/share/zoneinfo/right /root-fs/usr/share/zoneinfo/posix \
    && cp /usr/lib/os-release /root-fs/etc/os-release && cp /etc/nsswitch.conf /root-fs/etc/ \
    && printf 'root:x:0:0:root:/root:/sbin/nologin\nnobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n' > /root-fs/etc/passwd \
    && printf 'root:x:0:\nnobody:x:65534:\ntty:x:5:\nstaff:x:50:\nnonroot:x:65532:\n' > /root-fs/etc/group \
    && chown 65532:65532 /root-fs/home/nonroot && chmod 1777 /root-fs/tmp /root-fs/var/tmp && chmod 700 /root-fs/root
FROM scratch
COPY --from=files /root-fs/ /
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
USER 65532
WORKDIR /home/nonroot
