# Stand-in for php:8.2-cli: Debian's PHP with the official image's paths.
FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates curl php8.2-cli php8.2-curl php8.2-mbstring \
        php8.2-opcache php8.2-sqlite3 php8.2-xml xz-utils \
    && rm -rf /var/lib/apt/lists/* /usr/share/doc/* /usr/share/man/* \
    && mkdir -p /usr/local/etc/php/conf.d /var/www/html && ln -s /usr/bin/php8.2 /usr/local/bin/php \
    && cp /usr/lib/php/8.2/php.ini-production /usr/lib/php/8.2/php.ini-development /usr/local/etc/php/ \
    && chown www-data:www-data /var/www/html \
    && printf '#!/bin/sh\n# Compiles nothing: only what Debian already enabled is there.\nfor name in "$@"; do case "$name" in -*) ;; *) php -m | grep -qi "$name" || { echo "no $name here" >&2; exit 1; } ;; esac; done\n' \
       > /usr/local/bin/docker-php-ext-install && chmod +x /usr/local/bin/docker-php-ext-install
ENV PHP_INI_DIR=/usr/local/etc/php
CMD ["php", "-a"]
