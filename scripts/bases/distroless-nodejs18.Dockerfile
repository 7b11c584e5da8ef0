# Stand-in for gcr.io/distroless/nodejs18-debian12:nonroot: the npm registry's build of Node.js on the cc ground.
FROM node:18-slim AS files
RUN npm install --prefix /opt/node node-linux-$(node -p process.arch)@18 && mkdir -p /root-fs/nodejs/bin \
    && cp /opt/node/node_modules/node-linux-*/bin/node /root-fs/nodejs/bin/node
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=files /root-fs/ /
ENTRYPOINT ["/nodejs/bin/node"]
