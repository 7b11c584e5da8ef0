# npm packages with packages inside them, bundled ones, and programs of Go.
FROM node:18-slim
WORKDIR /app
RUN npm init -y >/dev/null && npm install --no-audit --no-fund express@4.19.2 typescript@5.4.5 webpack@5.92.0 \
    esbuild@0.21.5 eslint@8.57.0 jest@29.7.0 next@14.2.4 react@18.3.1 react-dom@18.3.1 mongoose@8.4.1 \
 && npm cache clean --force
