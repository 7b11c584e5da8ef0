# Stand-in for debian:bookworm-slim: the same packages as debian:bookworm, without documentation and locales.
FROM debian:bookworm AS full
RUN find /usr/share/doc -depth -type f ! -name copyright -delete \
    && rm -rf /usr/share/man/* /usr/share/info/* /usr/share/locale/* /usr/share/lintian /usr/share/groff \
    && find /usr/share/doc -empty -delete
FROM scratch
COPY --from=full / /
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
CMD ["bash"]
