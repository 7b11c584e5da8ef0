# Stand-in for nginx:1.22: Debian's nginx with the official image's folders and logs.
FROM debian:bookworm-slim
RUN groupadd --system --gid 101 nginx && useradd --system --uid 101 --gid nginx --no-create-home --shell /bin/false nginx \
    && apt-get update && apt-get install -y --no-install-recommends curl nginx-light \
    && rm -rf /var/lib/apt/lists/* /usr/share/doc/* /usr/share/man/* /var/www/html /etc/nginx/sites-* /etc/nginx/modules-enabled/* \
    && ln -sf /dev/stdout /var/log/nginx/access.log && ln -sf /dev/stderr /var/log/nginx/error.log \
    && sed -ri -e 's/^user .*/user nginx;/' -e '/sites-enabled/d' /etc/nginx/nginx.conf \
    && printf 'server {\n    listen 80;\n    server_name localhost;\n    location / {\n        root /usr/share/nginx/html;\n        index index.html;\n    }\n}\n' \
       > /etc/nginx/conf.d/default.conf
EXPOSE 80
STOPSIGNAL SIGQUIT
CMD ["nginx", "-g", "daemon off;"]
