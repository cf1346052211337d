# syntax=docker/dockerfile:1
# Never built yet: there was no Docker engine where this was written. From the root of the checkout:
#   docker build -f deploy/monitor.Dockerfile -t dockhero-monitor .
FROM node:24-bookworm-slim AS build
RUN npm install --global pnpm@12.21.0
WORKDIR /dockhero
COPY . .
RUN pnpm install --frozen-lockfile
RUN pnpm exec prisma generate && pnpm exec tsc -b apps/monitor
# Every manifest, because the lockfile is of the whole workspace; the compiled code of this app and what it imports; no sources, no tools.
RUN mkdir /runtime \
 && cp --parents package.json pnpm-lock.yaml pnpm-workspace.yaml apps/*/package.json packages/*/package.json e2e/package.json /runtime \
 && cp --parents -r apps/monitor/dist packages/*/dist /runtime \
 && cd /runtime \
 && pnpm install --frozen-lockfile --prod --ignore-scripts --filter '@dockhero/monitor...'

FROM node:24-bookworm-slim
ENV NODE_ENV=production PORT=7112
WORKDIR /dockhero
COPY --from=build /runtime .
USER node
EXPOSE 7112
# The process lives. Whether it can work is /ready: for load balancers, not for restarts.
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/health').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# Semi-space in MB: an answer and its figures live for milliseconds, and the young generation would be 50 MB. The heap may grow by 30 % before it is collected;
# by default it doubles, and 10,000 hosts took 1.1 GB (docs/benchmarks.md).
CMD ["node", "--enable-source-maps", "--max-semi-space-size=4", "--heap-growing-percent=30", "apps/monitor/dist/main.js"]
