import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { cliVariables, herokuCli, pluginFolder } from '../scripts/demo/heroku-cli.mjs';
import { startSystem } from '../scripts/dev/system.mjs';
import { callEc2, type CloudCounts } from './ec2.js';

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly allowFailure?: boolean;
  readonly timeoutMs?: number;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Standard input; none by default. */
  readonly input?: string;
  /** Sees what the command prints, both ways, as it comes. */
  readonly onOutput?: (text: string) => void;
}

interface App {
  startApp(app: string): Promise<unknown>;
  stopApp(app: string, signal?: string): Promise<void>;
  appPid(app: string): number | undefined;
  stop(options: { remove: boolean }): Promise<void>;
  readonly postgres: { restart(): Promise<void> };
  readonly redis: { stop(): Promise<void>; start(): Promise<void> };
  readonly settings: {
    readonly urls: { readonly api: string; readonly heroku: string; readonly aws: string; readonly control: string };
    readonly addon: { readonly slug: string; readonly password: string };
    readonly environments: Readonly<Record<string, Readonly<Record<string, string>>>>;
  };
}

/** The whole system, each process a real one, in a folder, a network and ports of this test's own. */
export class System {
  private constructor(
    readonly app: App,
    readonly folder: string,
    readonly database: pg.Pool,
  ) {}

  /** @param index tells systems of one run apart: names, networks, ports. @param speed divides what the local cloud takes its time for. */
  static async start(index: number, extra: Record<string, string> = {}, speed = 1): Promise<System> {
    const folder = mkdtempSync(join(tmpdir(), 'dockhero-e2e-'));
    const options = {
      dataDir: folder,
      name: `e${index}`,
      subnet: `10.${90 + index}`,
      firstPort: 7300 + index * 40,
      print: false,
      durable: false,
      speed,
      extra,
    };
    const app = (await startSystem({ ...options, say: () => {} })) as unknown as App;
    const database = new pg.Pool({ connectionString: app.settings.environments['partner-api']?.['DATABASE_URL'] ?? '' });
    // A restarted Postgres ends idle connections; the pool opens new ones.
    database.on('error', () => {});
    return new System(app, folder, database);
  }

  async stop(): Promise<void> {
    await this.database.end();
    await this.app.stop({ remove: true });
  }

  /** The CLI's own home: nobody's login, links and certificates are touched. */
  get home(): string {
    return join(this.folder, 'heroku-home');
  }

  /** The real Heroku CLI. */
  async heroku(args: string[], options: CliOptions = {}): Promise<CliResult> {
    return (await herokuCli({ herokuUrl: this.app.settings.urls.heroku, home: this.home })(args, options)) as CliResult;
  }

  /** What points a CLI at this system's Heroku. */
  cliVariables(): Record<string, string> {
    return cliVariables(this.app.settings.urls.heroku, this.home);
  }

  async linkPlugin(): Promise<void> {
    await this.heroku(['plugins:link', '--no-install', pluginFolder]);
  }

  async configOf(app: string): Promise<Record<string, string>> {
    return JSON.parse((await this.heroku(['config', '-a', app, '--json'])).stdout) as Record<string, string>;
  }

  /** The local cloud's control server: faults, clocks, journals. */
  async control(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.app.settings.urls.control}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  }

  /** What EC2 shows of our environment, anything not terminated. */
  async cloud(): Promise<CloudCounts> {
    return await callEc2(this.app.settings.urls.aws);
  }

  async resourceIds(): Promise<string[]> {
    const { rows } = await this.database.query<{ id: string }>('SELECT id FROM resources ORDER BY created_at');
    return rows.map(({ id }) => id);
  }
}

/** Polls until `probe` gives something. The deadline is the test's bound, not a wait. */
export async function eventually<T>(what: string, probe: () => Promise<T | null | undefined | false>, deadlineMs = 60_000): Promise<T> {
  let last: unknown;
  for (const end = Date.now() + deadlineMs; Date.now() < end;) {
    try {
      const value = await probe();
      if (value) return value;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${what}: not within ${deadlineMs} ms`, { cause: last });
}
