import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Session } from '../../connection/session.js';
import { readEnvironment } from '../../env.js';
import { KnownApp } from '../../testing/known-app.js';
import { RecordedTerminal } from '../../testing/recorded-terminal.js';
import { StandInApi } from '../../testing/stand-in-api.js';
import { StandInVolumeHost } from '../../testing/stand-in-volume-host.js';
import type { Owner } from '../pack-files.js';
import { parseVolumeAddress } from '../parse-volume-address.js';
import { pullPath } from '../pull-path.js';
import { pushPath } from '../push-path.js';

/** A folder of this machine and the volume `data` on a stand-in of the host, reached by the real docker client of this machine. */
export class CopyWorld {
  readonly api = new StandInApi();
  readonly host = new StandInVolumeHost();
  readonly terminal = new RecordedTerminal();
  folder = '';
  /** On this machine. */
  here = '';
  /** What the volume holds. */
  volume = '';

  static async start(): Promise<CopyWorld> {
    const world = new CopyWorld();
    await world.api.start();
    await world.host.start(world.api.authority);
    world.api.dockerHost = world.host.dockerHost;
    world.folder = await mkdtemp(join(tmpdir(), 'copy-world-'));
    world.here = join(world.folder, 'here');
    world.volume = join(world.folder, 'volume');
    await Promise.all([mkdir(world.here), mkdir(world.volume)]);
    world.host.volumes.set('data', { driver: 'dockhero', folder: world.volume });
    return world;
  }

  async stop(): Promise<void> {
    await Promise.all([this.api.stop(), this.host.stop()]);
    await rm(this.folder, { recursive: true, force: true });
  }

  pull(from: string, to: string): Promise<string> {
    return pullPath(this.#session(), parseVolumeAddress(from), to, this.#shell);
  }

  push(from: string, to: string, owner: Owner | null = null): Promise<string> {
    return pushPath(this.#session(), from, parseVolumeAddress(to), owner, this.#shell);
  }

  get #shell(): Record<string, string> {
    return { PATH: readEnvironment()['PATH'] ?? '' };
  }

  #session(): Session {
    const app = new KnownApp();
    app.config = { DOCKHERO_CONFIG_URL: this.api.configUrl, DOCKHERO_HOST: 'h.example' };
    return new Session(app, this.terminal, join(this.folder, 'cache'), undefined);
  }
}

/** Writes a file, with the folders above it. */
export async function write(path: string, content: string | Buffer = 'x'): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}

/** All that is in a folder, in order; what a link leads to as well. */
export async function tree(root: string): Promise<readonly string[]> {
  return (await readdir(root, { recursive: true })).toSorted();
}
