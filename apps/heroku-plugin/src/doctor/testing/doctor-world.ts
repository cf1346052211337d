import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Session } from '../../connection/session.js';
import { readEnvironment, type Variables } from '../../env.js';
import { KnownApp } from '../../testing/known-app.js';
import { RecordedTerminal } from '../../testing/recorded-terminal.js';
import { StandInApi } from '../../testing/stand-in-api.js';
import { StandInHost } from '../../testing/stand-in-host.js';
import type { Check } from '../check.js';
import { Facts } from '../facts.js';
import type { Finding } from '../finding.js';
import { runChecks } from '../run-checks.js';

/** An app with a running add-on, its API and its host, and a folder: all well, until a test breaks something. */
export class DoctorWorld {
  readonly api = new StandInApi();
  readonly host = new StandInHost();
  readonly app = new KnownApp();
  folder = '';
  environment: Variables = { PATH: readEnvironment()['PATH'] ?? '' };
  #dataFolder = '';

  static async start(): Promise<DoctorWorld> {
    const world = new DoctorWorld();
    world.folder = await mkdtemp(join(tmpdir(), 'doctor-'));
    world.#dataFolder = await mkdtemp(join(tmpdir(), 'doctor-data-'));
    await world.api.start();
    await world.host.start(world.api.authority);
    world.api.dockerHost = world.host.dockerHost;
    world.app.config = { DOCKHERO_CONFIG_URL: world.api.configUrl, DOCKHERO_HOST: '127.0.0.1' };
    world.app.attachments = [{ name: 'DOCKHERO', addonName: 'dockhero-curved-12345', plan: 'dockhero:hobby' }];
    return world;
  }

  async stop(): Promise<void> {
    await Promise.all([this.api.stop(), this.host.stop()]);
    await Promise.all([this.folder, this.#dataFolder].map((folder) => rm(folder, { recursive: true, force: true })));
  }

  session(addon?: string): Session {
    return new Session(this.app, new RecordedTerminal(), this.#dataFolder, addon);
  }

  /** As one call of dh:doctor sees it: what it reads is kept only for this call. */
  facts(session: Session | null = this.session()): Facts {
    return new Facts(this.folder, this.environment, session);
  }

  run(...checks: readonly Check[]): Promise<Finding[]> {
    return runChecks(checks, this.facts());
  }

  async write(file: string, content: string): Promise<void> {
    const path = join(this.folder, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }

  stackfile(content: string): Promise<void> {
    return this.write('dockhero-compose.yml', content);
  }
}
