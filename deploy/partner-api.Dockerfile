# syntax=docker/dockerfile:1
# Never built yet: there was no Docker engine where this was written. From the root of the checkout:
#   docker build -f deploy/partner-api.Dockerfile -t dockhero-partner-api .
FROM node:24-bookworm-slim AS build
RUN npm install --global pnpm@12.21.0
WORKDIR /dockhero
COPY . .
RUN pnpm install --frozen-lockfile
RUN pnpm exec prisma generate && pnpm exec tsc -b apps/partner-api && node scripts/bootstrap/host-agent-bundle.mjs
# Every manifest, because the lockfile is of the whole workspace; the compiled code of this app and what it imports; the host agent; no sources, no tools.
RUN mkdir /runtime \
 && cp --parents package.json pnpm-lock.yaml pnpm-workspace.yaml apps/*/package.json packages/*/package.json e2e/package.json /runtime \
 && cp --parents -r apps/partner-api/dist packages/*/dist apps/host-agent/dist/host-agent.mjs /runtime \
 && cd /runtime \
 && pnpm install --frozen-lockfile --prod --ignore-scripts --filter '@dockhero/partner-api...'

FROM node:24-bookworm-slim
ENV NODE_ENV=production PORT=7100 AGENT_API_PORT=7105
WORKDIR /dockhero
COPY --from=build /runtime .
USER node
EXPOSE 7100 7105
# The process lives. Whether it can work is /ready: for load balancers, not for restarts.
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/health').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--enable-source-maps", "apps/partner-api/dist/main.js"]
