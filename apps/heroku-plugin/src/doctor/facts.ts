import type { ClientStatus } from '@dockhero/contracts/client-api';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { stackfileName } from '../compose/choose-stackfiles.js';
import { type ApiAnswer, callApi } from '../connection/call-api.js';
import { connect } from '../connection/connect.js';
import { type ConnectionRecord, readConnection } from '../connection/connection-record.js';
import type { Session } from '../connection/session.js';
import { dockerEnvironment } from '../docker/docker-environment.js';
import type { Variables } from '../env.js';
import type { Attachment } from '../heroku/app-source.js';
import type { ChosenAddon } from '../heroku/choose-addon.js';
import { chosenVariables } from '../heroku/chosen-variables.js';
import type { Lookup } from '../stackfile/interpolate.js';
import { readStackfiles } from '../stackfile/read-stackfile.js';
import type { Stackfile } from '../stackfile/stackfile.js';
import { runBounded } from '../docker/run-bounded.js';
import { stackLookup } from './stack-lookup.js';

/** What `docker version --format '{{json .}}'` says, as far as it is used, and its words when there is no server. */
export interface DockerVersion {
  readonly missing: boolean;
  readonly client: { readonly version: string; readonly api: string } | null;
  readonly server: { readonly version: string; readonly api: string; readonly minApi: string } | null;
  readonly stderr: string;
}

const callMs = 10_000;

/**
 * What the checks look at, each read at most once however many checks ask, and only when one does. A fact that cannot be had is a rejected
 * promise for those who must explain it, or null with `…OrNull` for those who leave that to others.
 */
export class Facts {
  readonly #known = new Map<string, Promise<unknown>>();

  constructor(
    /** Where the stackfile is: the user's current folder. */
    readonly folder: string,
    readonly environment: Variables,
    /** Null without an app. */
    readonly session: Session | null,
  ) {}

  /** The connection that earlier commands left on disk, before anything here renews it. */
  storedConnection(): Promise<ConnectionRecord | null> {
    return this.#once('stored', async () => (this.session ? await readConnection(this.session.folder) : null));
  }

  /** @throws PluginError without add-on; errors of Heroku's API. Null without an app. */
  addon(): Promise<ChosenAddon | null> {
    return this.#once('addon', async () => (this.session ? await this.session.chosenAddon() : null));
  }

  /** @throws ApiRefusal, ApiUnreachable, and what `addon` throws. */
  status(): Promise<ApiAnswer<ClientStatus> | null> {
    return this.#once('status', async () => {
      const addon = await this.addon();
      return addon && (await callApi<ClientStatus>(addon.configUrl, { method: 'GET', path: '/status', timeoutMs: callMs }));
    });
  }

  /** The way to the host, as every command finds it; null while the add-on is not there, so that nothing waits. @throws as `connect`. */
  connection(): Promise<ConnectionRecord | null> {
    return this.#once('connection', async () => {
      await this.storedConnection();
      const [addon, status] = await Promise.all([orNull(this.addon()), orNull(this.status())]);
      if (!this.session || !addon || status?.body.status !== 'running') return null;
      const config = await this.session.configVars();
      return config[`${addon.prefix}_HOST`] === undefined ? null : await connect(this.session);
    });
  }

  connectionOrNull(): Promise<ConnectionRecord | null> {
    return orNull(this.connection());
  }

  configVarsOrNull(): Promise<Variables | null> {
    return this.#once('config', async () => (this.session ? await orNull(this.session.configVars()) : null));
  }

  attachmentsOrNull(): Promise<readonly Attachment[] | null> {
    return this.#once('attachments', async () => (this.session ? await orNull(this.session.source.readAttachments()) : null));
  }

  /** Null when there is no stackfile here. @throws StackfileError */
  stackfiles(): Promise<readonly Stackfile[] | null> {
    return this.#once('stackfiles', async () => {
      const isThere = await access(join(this.folder, stackfileName)).then(
        () => true,
        () => false,
      );
      return isThere ? await readStackfiles([stackfileName], this.folder) : null;
    });
  }

  stackfilesOrNull(): Promise<readonly Stackfile[] | null> {
    return orNull(this.stackfiles());
  }

  /**
   * The value that a variable of the stackfile will have; null when the config vars cannot be read, since then nobody knows what is missing.
   * @throws StackfileError for a `.env` that cannot be read.
   */
  lookup(): Promise<Lookup | null> {
    return this.#once('lookup', async () => {
      const [config, addon] = await Promise.all([this.configVarsOrNull(), orNull(this.addon())]);
      if (!this.session || !config) return null;
      const app = await orNull(this.session.source.readApp());
      return await stackLookup(this.folder, this.environment, addon ? chosenVariables(addon, config) : config, app);
    });
  }

  /** The best that is known of the variables: the shell's alone when Heroku cannot be asked. */
  async knownValues(): Promise<Lookup> {
    return (await orNull(this.lookup())) ?? ((name) => this.environment[name]);
  }

  /** The local client, and the server behind it when the host can be reached. */
  dockerVersion(): Promise<DockerVersion> {
    return this.#once('docker', async () => {
      const connection = await this.connectionOrNull();
      // Without a host, no other daemon is asked either: a closed port answers at once.
      const environment = connection
        ? dockerEnvironment(this.environment, connection)
        : { ...this.environment, DOCKER_HOST: 'tcp://127.0.0.1:1' };
      return await readDockerVersion(environment);
    });
  }

  /** One object per line of `docker …`'s JSON against the host; null when it cannot be asked. */
  askDocker<T>(...args: readonly string[]): Promise<readonly T[] | null> {
    return this.#once(`docker ${args.join(' ')}`, async () => {
      const connection = await this.connectionOrNull();
      if (!connection) return null;
      const { code, stdout } = await runBounded(
        'docker',
        [...args, '--format', '{{json .}}'],
        dockerEnvironment(this.environment, connection),
        callMs,
      );
      if (code !== 0) return null;
      return stdout
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as T);
    });
  }

  #once<T>(key: string, read: () => Promise<T>): Promise<T> {
    const known = this.#known.get(key) as Promise<T> | undefined;
    if (known) return known;
    const made = read();
    // Whoever asks gets the failure; nobody asking must not end the process.
    made.catch(() => undefined);
    this.#known.set(key, made);
    return made;
  }
}

/** `--app NAME` for commands of the Heroku CLI that mend, with a space before it; empty without an app. */
export function appFlag({ session }: Facts): string {
  return session?.appFlag ?? '';
}

/** The same for commands of ours, with `--addon NAME` when one was chosen. */
export function ownFlags({ session }: Facts): string {
  return session?.flags ?? '';
}

/** The add-on as the Heroku CLI takes it: by its attachment. */
export async function addonName(facts: Facts): Promise<string> {
  return (await orNull(facts.addon()))?.prefix ?? 'dockhero';
}

async function readDockerVersion(environment: Variables): Promise<DockerVersion> {
  const { stdout, stderr, missing } = await runBounded('docker', ['version', '--format', '{{json .}}'], environment, callMs);
  const json = parseObject(stdout);
  const client = json?.Client;
  const server = json?.Server;
  return {
    missing,
    client: client ? { version: client.Version ?? '', api: client.DefaultAPIVersion ?? client.ApiVersion ?? '' } : null,
    server: server ? { version: server.Version ?? '', api: server.ApiVersion ?? '', minApi: server.MinAPIVersion ?? '' } : null,
    stderr: stderr.trim(),
  };
}

interface VersionSide {
  readonly Version?: string;
  readonly ApiVersion?: string;
  readonly DefaultAPIVersion?: string;
  readonly MinAPIVersion?: string;
}

function parseObject(text: string): { Client?: VersionSide | null; Server?: VersionSide | null } | null {
  try {
    return JSON.parse(text) as { Client?: VersionSide | null; Server?: VersionSide | null };
  } catch {
    return null;
  }
}

async function orNull<T>(promise: Promise<T>): Promise<T | null> {
  return await promise.catch(() => null);
}
