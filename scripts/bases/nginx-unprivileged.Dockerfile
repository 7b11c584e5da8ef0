# Stand-in for nginxinc/nginx-unprivileged: the nginx stand-in for an ordinary user, on port 8080.
FROM nginx:1.22
RUN sed -ri -e '/^user /d' -e 's#^pid .*#pid /tmp/nginx.pid;#' \
        -e 's#^http \{#http {\n    client_body_temp_path /tmp/client_temp;\n    proxy_temp_path /tmp/proxy_temp;\n    fastcgi_temp_path /tmp/fastcgi_temp;\n    uwsgi_temp_path /tmp/uwsgi_temp;\n    scgi_temp_path /tmp/scgi_temp;#' /etc/nginx/nginx.conf \
    && sed -i 's/listen 80;/listen 8080;/' /etc/nginx/conf.d/default.conf && chown -R 101:0 /etc/nginx /var/log/nginx /var/lib/nginx
EXPOSE 8080
USER 101
