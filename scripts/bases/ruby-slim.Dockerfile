# Stand-in for ruby:3.1-slim: Debian's Ruby without compilers.
FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends bundler ca-certificates ruby \
    && rm -rf /var/lib/apt/lists/* /usr/share/doc/* /usr/share/man/* && mkdir -p /usr/local/bundle && chmod 1777 /usr/local/bundle
ENV LANG=C.UTF-8 GEM_HOME=/usr/local/bundle BUNDLE_SILENCE_ROOT_WARNING=1 BUNDLE_APP_CONFIG=/usr/local/bundle \
    PATH=/usr/local/bundle/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
CMD ["irb"]
