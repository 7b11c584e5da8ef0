# Stand-in for oven/bun:1 and its slim form: the npm registry's build of Bun.
FROM node:18-slim AS files
RUN npm install --prefix /opt/bun bun@1 && cp /opt/bun/node_modules/bun/bin/bun.exe /bun && /bun --version
FROM debian:bookworm-slim
COPY --from=files /bun /usr/local/bin/bun
RUN ln -s bun /usr/local/bin/bunx && ln -s bun /usr/local/bin/node && groupadd --gid 1000 bun && useradd --uid 1000 --gid bun --create-home bun
WORKDIR /home/bun/app
CMD ["bun"]
