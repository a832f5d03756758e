# One node of the network. Debian 12 throughout: the media worker is linked against the libraries of the runtime stage.

FROM node:24-bookworm AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The optional packages are Node itself for machines without it, and this image has one.
RUN npm ci --omit=dev --omit=optional

FROM packages AS worker
COPY tools tools
RUN XDG_CACHE_HOME=/cache node tools/setup.mjs --only=worker \
    && install -D /cache/tributary/worker/*/mediasoup-worker /out/mediasoup-worker

FROM node:24-bookworm AS demo
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json ./
COPY tools tools
COPY protocol protocol
COPY client client
COPY client-demo client-demo
RUN node tools/setup.mjs --only=demo

FROM node:24-bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends libabsl20220623 libsrtp2-1 libssl3 libuv1 \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY --from=worker /out/mediasoup-worker bin/mediasoup-worker
COPY --from=demo /app/client-demo/dist client-demo/dist
COPY package.json ./
COPY tools/worker/workerPath.mjs tools/worker/workerPath.mjs
COPY protocol protocol
COPY server server
# The admin port listens inside the container's network: publish it to those who watch the server, and to nobody else.
ENV NODE_ENV=production \
    MEDIASOUP_WORKER_BIN=/app/bin/mediasoup-worker \
    TRIBUTARY_ADMIN_HOST=0.0.0.0
USER node
# Pages, API and signalling; health and metrics; media, one port for each worker; other nodes, and media from them.
EXPOSE 3000/tcp 9090/tcp 40000-40015/udp 40000-40015/tcp 4100/tcp 41000-49999/udp
# Alive, not ready: a server that drains or sheds load is doing its work and is not to be restarted.
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s \
    CMD ["node", "-e", "const port = process.env.TRIBUTARY_ADMIN_PORT || process.env.ADMIN_PORT || 9090; fetch('http://127.0.0.1:' + port + '/livez').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Drains on SIGTERM; node takes signals as the first process, and the workers are its own children.
STOPSIGNAL SIGTERM
CMD ["node", "server/main.ts"]
