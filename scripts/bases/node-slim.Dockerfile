# Stand-in for node:18-slim: Debian's Node.js with npm and yarn from their registry, no compilers.
FROM node:18 AS tools
RUN npm install --global --prefix /opt/tools npm@10 yarn@1 && npm cache clean --force

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends nodejs \
    && rm -rf /var/lib/apt/lists/* /usr/share/doc/* /usr/share/man/* \
    && groupadd --gid 1000 node && useradd --uid 1000 --gid node --shell /bin/bash --create-home node
COPY --from=tools /opt/tools/lib/node_modules /usr/local/lib/node_modules
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm \
    && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx \
    && ln -s ../lib/node_modules/yarn/bin/yarn.js /usr/local/bin/yarn
# Certificates of the system, as in the other stand-ins: npm brings its own list otherwise.
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
CMD ["node"]
