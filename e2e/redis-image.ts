import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stageLibraries } from './stage-libraries.js';

const PROGRAMS = ['redis-server', 'redis-cli', 'redis-check-rdb'].map((name) => `/usr/bin/${name}`);
/** It writes nothing to the disk by itself: only what somebody saves is there. */
const DOCKERFILE = `FROM busybox
COPY libraries/ /lib/x86_64-linux-gnu/
COPY loader/ /lib64/
COPY bin/ /bin/
VOLUME /data
WORKDIR /data
CMD ["redis-server", "--save", "", "--appendonly", "no"]
`;

/** Lays out what `docker build` needs for an image with Debian's Redis, without any registry. */
export function stageRedisImage(folder: string): void {
  mkdirSync(join(folder, 'bin'), { recursive: true });
  for (const program of PROGRAMS) copyFileSync(program, join(folder, 'bin', program.slice('/usr/bin/'.length)));
  stageLibraries(folder, PROGRAMS);
  writeFileSync(join(folder, 'Dockerfile'), DOCKERFILE);
}
