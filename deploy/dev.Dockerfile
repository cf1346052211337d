# The dev container of docker-compose.dev.yml: what the local cloud needs of Debian 12, and a Node.js new enough.
# Never built yet: there was no Docker engine where this was written.
# Node's image is Debian 12; Debian's own nodejs is version 18, too old.
FROM node:24-bookworm-slim
# The list of scripts/bootstrap/debian-packages.mjs, and what a slim image lacks: ps and sysctl, a way in for published ports, git.
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
      mmdebstrap nftables iproute2 util-linux mount e2fsprogs xfsprogs lxcfs docker-registry busybox-static docker.io openssl curl awscli redis-server \
      ca-certificates git kmod procps socat \
 && rm -rf /var/lib/apt/lists/*
COPY deploy/dev-entrypoint.sh /usr/local/bin/dev-entrypoint
ENTRYPOINT ["dev-entrypoint"]
WORKDIR /dockhero
CMD ["bash"]
