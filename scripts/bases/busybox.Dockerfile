# Stand-in for busybox:musl: Debian's static BusyBox under every name that it answers to, and nothing else.
FROM debian:bookworm AS files
RUN apt-get update && apt-get install -y --no-install-recommends busybox-static \
    && mkdir -p /root-fs/bin /root-fs/tmp /root-fs/etc && cp /bin/busybox /root-fs/bin/ \
    && for name in $(/bin/busybox --list); do [ "$name" = busybox ] || ln /root-fs/bin/busybox "/root-fs/bin/$name"; done \
    && chmod 1777 /root-fs/tmp && printf 'root:x:0:0:root:/root:/bin/sh\n' > /root-fs/etc/passwd
FROM scratch
COPY --from=files /root-fs/ /
ENV PATH=/bin
CMD ["sh"]
