# Stand-in for php:8.2-apache: the cli stand-in with Debian's Apache, started and laid out as in the official image.
FROM php:8.2-cli
RUN apt-get update && apt-get install -y --no-install-recommends apache2 libapache2-mod-php8.2 \
    && rm -rf /var/lib/apt/lists/* /usr/share/doc/* /usr/share/man/* /var/www/html/index.html \
    && ln -sf /proc/self/fd/1 /var/log/apache2/access.log && ln -sf /proc/self/fd/2 /var/log/apache2/error.log \
    && ln -sf /proc/self/fd/1 /var/log/apache2/other_vhosts_access.log \
    && chown -R www-data:www-data /var/log/apache2 /var/run/apache2 /var/lock/apache2 /var/www/html \
    && sed -ri 's/^export ([A-Z_]+)=(.*)$/: "${\1:=\2}"\nexport \1/' /etc/apache2/envvars \
    && printf '#!/bin/bash\nset -e\n. /etc/apache2/envvars\nmkdir -p "$APACHE_RUN_DIR" "$APACHE_LOCK_DIR"\nrm -f "$APACHE_PID_FILE"\nexec apache2 -DFOREGROUND "$@"\n' \
       > /usr/local/bin/apache2-foreground && chmod +x /usr/local/bin/apache2-foreground
ENV APACHE_CONFDIR=/etc/apache2 APACHE_ENVVARS=/etc/apache2/envvars
STOPSIGNAL SIGWINCH
WORKDIR /var/www/html
EXPOSE 80
CMD ["apache2-foreground"]
