# Stand-in for denoland/deno:debian-2: the npm registry's build of Deno.
FROM node:18-slim AS files
RUN npm install --prefix /opt/deno deno@2 && cp "$(find /opt/deno/node_modules/@deno -name deno -type f | head -n 1)" /deno
FROM debian:bookworm-slim
COPY --from=files /deno /usr/bin/deno
RUN groupadd --gid 1993 deno && useradd --uid 1993 --gid deno deno && mkdir /deno-dir && chown deno:deno /deno-dir
ENV DENO_DIR=/deno-dir/
ENTRYPOINT ["/usr/bin/deno"]
CMD ["run", "https://docs.deno.com/examples/welcome.ts"]
