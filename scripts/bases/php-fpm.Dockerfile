# Stand-in for php:8.2-fpm: the cli stand-in with Debian's FPM in the foreground, logging to the container.
FROM php:8.2-cli
RUN apt-get update && apt-get install -y --no-install-recommends php8.2-fpm \
    && rm -rf /var/lib/apt/lists/* /usr/share/doc/* /usr/share/man/* && ln -s /usr/sbin/php-fpm8.2 /usr/local/bin/php-fpm \
    && sed -ri -e 's#^listen = .*#listen = 9000#' -e 's#^;?clear_env.*#clear_env = no#' /etc/php/8.2/fpm/pool.d/www.conf \
    && sed -ri -e 's#^error_log = .*#error_log = /proc/self/fd/2#' -e 's#^;?daemonize.*#daemonize = no#' -e 's#^pid = .*#pid = /tmp/php-fpm.pid#' /etc/php/8.2/fpm/php-fpm.conf
STOPSIGNAL SIGQUIT
WORKDIR /var/www/html
EXPOSE 9000
CMD ["php-fpm"]
