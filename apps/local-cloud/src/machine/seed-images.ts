import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { ImageConfig } from './push-image.js';
import { runCommand } from './run-command.js';

/**
 * Debian's busybox with the C library it needs, taken from the base image: then its wget can look up names, which a static one cannot
 * always. (`wget -T` of this version dies of a segmentation fault; leave the option out.)
 */
const BUSYBOX = 'bin/busybox';

export interface SeedImage {
  /** As `docker pull` names them, with tag. */
  names: string[];
  config: ImageConfig;
  /** The single layer, an uncompressed tar file in memory. */
  layer: Buffer;
}

/** The page, and what answers /cgi-bin/env; both show that a container runs and which. Ends at once when asked to. */
const START = `#!/bin/sh
# Says hello on $PORT (8080 by default).
trap 'exit 0' TERM INT
echo "<!doctype html><title>Hello</title><h1>Hello from Dockhero</h1><p>This is $(hostname).</p>" >/www/index.html
echo "hello from $(hostname), listening on \${PORT:-8080}"
httpd -f -p "\${PORT:-8080}" -h /www &
wait $!
`;
const ENVIRONMENT_PAGE = `#!/bin/sh
printf 'Content-Type: text/plain\\r\\n\\r\\n'
env | sort
`;

/** Builds the images that tests and examples use, without a Docker engine. @param debian the lowest layer of the base image. */
export async function buildSeedImages(debian: string): Promise<SeedImage[]> {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'dockhero-seed-'));
  try {
    await stageBusybox(dir, debian);
    const busybox = { names: ['library/busybox:latest'], config: { Cmd: ['sh'] }, layer: await pack(dir) };
    await mkdir(path.join(dir, 'www/cgi-bin'), { recursive: true });
    await writeScript(path.join(dir, 'start'), START);
    await writeScript(path.join(dir, 'www/cgi-bin/env'), ENVIRONMENT_PAGE);
    const hello = {
      names: ['dockhero/hello:latest', 'dockhero/hello-dockhero:latest', 'dockhero/dockhero-docs:hello'],
      config: { Cmd: ['/start'], ExposedPorts: { '8080/tcp': {} } },
      layer: await pack(dir),
    };
    return [busybox, hello];
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function stageBusybox(dir: string, debian: string): Promise<void> {
  for (const folder of ['bin', 'etc', 'root', 'tmp', 'var']) await mkdir(path.join(dir, folder));
  await chmod(path.join(dir, 'tmp'), 0o1777);
  await copyFile(path.join(debian, BUSYBOX), path.join(dir, BUSYBOX));
  const inDebian = (...command: string[]): Promise<string> => runCommand('chroot', [debian, ...command]);
  for (const [library] of (await inDebian('ldd', `/${BUSYBOX}`)).matchAll(/\/\S+\.so\S*/g)) {
    await mkdir(path.join(dir, path.dirname(library)), { recursive: true });
    await copyFile(path.join(debian, library), path.join(dir, library));
  }
  const applets = (await inDebian(`/${BUSYBOX}`, '--list')).trim().split('\n');
  for (const applet of applets.filter((name) => name !== 'busybox')) await symlink('busybox', path.join(dir, 'bin', applet));
  await writeFile(path.join(dir, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n');
  await writeFile(path.join(dir, 'etc/group'), 'root:x:0:\nnogroup:x:65534:\n');
  await writeFile(path.join(dir, 'etc/nsswitch.conf'), 'hosts: files dns\n');
}

async function writeScript(file: string, text: string): Promise<void> {
  await writeFile(file, text);
  await chmod(file, 0o755);
}

/** The same content gives the same bytes, hence the same digest on every machine. */
async function pack(dir: string): Promise<Buffer> {
  const file = `${dir}.tar`;
  try {
    await runCommand('tar', [
      '--create',
      '--file',
      file,
      '--sort=name',
      '--mtime=@0',
      '--owner=0',
      '--group=0',
      '--numeric-owner',
      '-C',
      dir,
      '.',
    ]);
    return await readFile(file);
  } finally {
    await rm(file, { force: true });
  }
}
