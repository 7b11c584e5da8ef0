# Stand-in for node:18: Debian's Node.js and npm on the buildpack ground, with the official image's user.
FROM jettison-base/buildpack
RUN apt-get update && apt-get install -y --no-install-recommends nodejs npm python3 \
    && rm -rf /var/lib/apt/lists/* \
    && npm install --global yarn@1 && npm cache clean --force \
    && groupadd --gid 1000 node && useradd --uid 1000 --gid node --shell /bin/bash --create-home node
CMD ["node"]
