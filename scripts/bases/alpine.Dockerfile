# Stand-in for alpine: Debian's static BusyBox under every name, certificates, the usual accounts; no apk.
FROM debian:bookworm AS files
RUN apt-get update && apt-get install -y --no-install-recommends busybox-static ca-certificates \
    && mkdir -p /root-fs/bin /root-fs/tmp /root-fs/etc/ssl/certs /root-fs/root /root-fs/home /root-fs/var/tmp /root-fs/usr/bin \
    && cp /bin/busybox /root-fs/bin/ \
    && for name in $(/bin/busybox --list); do [ "$name" = busybox ] || ln /root-fs/bin/busybox "/root-fs/bin/$name"; done \
    && cp /etc/ssl/certs/ca-certificates.crt /root-fs/etc/ssl/certs/ \
    && ln -s certs/ca-certificates.crt /root-fs/etc/ssl/cert.pem \
    && chmod 1777 /root-fs/tmp /root-fs/var/tmp \
    && printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n' > /root-fs/etc/passwd \
    && printf 'root:x:0:root\nnobody:x:65534:\n' > /root-fs/etc/group \
    && printf 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.22.0\n' > /root-fs/etc/os-release
FROM scratch
COPY --from=files /root-fs/ /
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
CMD ["/bin/sh"]
