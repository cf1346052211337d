import { Agent, type RequestOptions } from 'node:https';
import type { Duplex } from 'node:stream';
import { inspect } from 'node:util';
import { AppError } from '@dockhero/domain/errors';
import type { DockerConnection } from '@dockhero/domain/ports/docker-engine';
import type Docker from 'dockerode';
import { callDocker, openDocker } from './call-docker.js';
import { secureContextOf, type Credentials } from './secure-context.js';

const callMs = 10_000;
/** At once to one host, beside its events; what is beyond waits its turn. Each has a connection made, and hosts are many when a process starts. */
const callsMax = 2;

/**
 * Keeps connections: a container may be gone within a tenth of a second, no time for a handshake before each call. docker-modem prints its options
 * before each call, to nobody, the agent with all its sockets among them: with hundreds of hosts that took seconds.
 */
class QuietAgent extends Agent {
  override createConnection(options: RequestOptions, done?: (error: Error | null, stream: Duplex) => void): Duplex | null | undefined {
    const { ca, cert, key } = options as Credentials;
    return super.createConnection({ ...options, secureContext: secureContextOf({ ca, cert, key }) } as RequestOptions, done);
  }

  [inspect.custom](): string {
    return 'QuietAgent';
  }
}

export interface ContainerSummary {
  readonly id: string;
  /** Without Docker's leading slash. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly isRunning: boolean;
}

export interface ContainerDetails {
  readonly isRunning: boolean;
  readonly isTerminal: boolean;
  readonly exitCode: number;
  readonly isOutOfMemory: boolean;
  /** Docker's words when it could not be started. */
  readonly error: string;
  /** RFC 3339 as Docker writes it; year 1 for never. */
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly logDriver: string;
}

export interface EngineEvent {
  readonly type: string;
  /** Without what Docker appends after a colon; that is in `detail`. */
  readonly action: string;
  readonly detail: string;
  /** The container's id, or the image's name. */
  readonly id: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Nanoseconds are beyond a number: as text, for `since`. */
  readonly timeNano: string;
}

const watched = { type: ['container', 'image'], event: ['create', 'start', 'die', 'oom', 'destroy', 'rename', 'health_status', 'pull'] };

/** The containers of one host, as Docker shows them. @throws AppError `docker_unreachable` | `docker_rejected`. */
export class ContainerWatch {
  /** Of the connections to a host one stays open for the next call: with hundreds of hosts more would be most of our memory. */
  readonly #agent = new QuietAgent({ keepAlive: true, maxSockets: callsMax + 1, maxFreeSockets: 1 });

  constructor(private readonly port?: number) {}

  /** All of them, stopped ones too. */
  async list(connection: DockerConnection): Promise<ContainerSummary[]> {
    const all = await this.#call(connection, 'container list', (docker) => docker.listContainers({ all: true }));
    return (all ?? []).map(({ Id, Names, Labels, State }) => ({
      id: Id,
      name: (Names.find((name) => name.lastIndexOf('/') === 0) ?? Names[0] ?? Id.slice(0, 12)).replace(/^\//, ''),
      labels: Labels ?? {},
      isRunning: State === 'running' || State === 'paused',
    }));
  }

  /** Null when there is no such container. */
  async inspect(connection: DockerConnection, id: string): Promise<ContainerDetails | null> {
    const found = await this.#call(connection, 'container inspect', (docker) => docker.getContainer(id).inspect());
    if (!found) return null;
    const { State, Config, HostConfig } = found;
    return {
      isRunning: State.Running || State.Paused,
      isTerminal: Config.Tty,
      exitCode: State.ExitCode,
      isOutOfMemory: State.OOMKilled,
      error: State.Error ?? '',
      startedAt: State.StartedAt,
      finishedAt: State.FinishedAt,
      logDriver: HostConfig.LogConfig?.Type ?? '',
    };
  }

  /** Ends the connections that are kept. */
  close(): void {
    this.#agent.destroy();
  }

  /**
   * Follows the engine's events until `signal` ends it. They are a doorbell and no record: Docker keeps few, and drops some for slow readers.
   * @param onOpen called when it follows; what happened before must be looked up. @throws AppError `docker_unreachable` when it breaks off.
   */
  async follow(
    connection: DockerConnection,
    onOpen: () => void,
    onEvent: (event: EngineEvent) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const docker = openDocker(connection, 0, { port: this.port, agent: this.#agent });
    const late = new AbortController();
    const abortSignal = AbortSignal.any([signal, late.signal]);
    let rest = '';
    try {
      const opening = docker.getEvents({ filters: watched, abortSignal } as Docker.GetEventsOptions);
      const stream = (await withDeadline(opening, late, abortSignal)).setEncoding('utf8');
      onOpen();
      for await (const chunk of stream as unknown as AsyncIterable<string>) {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) if (line.trim() !== '') onEvent(readEvent(line));
      }
    } catch (cause) {
      if (signal.aborted) return;
      throw new AppError('docker_unreachable', { action: 'events', address: connection.address }, { cause });
    }
    if (!signal.aborted) throw new AppError('docker_unreachable', { action: 'events', address: connection.address });
  }

  async #call<T>(connection: DockerConnection, action: string, send: (docker: Docker) => Promise<T>): Promise<T | null> {
    return await callDocker(connection, callMs, action, send, { alreadyDone: [404], agent: this.#agent, port: this.port });
  }
}

/** @param abortSignal ends the wait by itself: a host that answers 101 Switching Protocols leaves a request that nothing ends any more. */
async function withDeadline<T>(opening: Promise<T>, late: AbortController, abortSignal: AbortSignal): Promise<T> {
  const timer = setTimeout(() => late.abort(new Error(`no answer within ${String(callMs)} ms`)), callMs);
  const aborted = new Promise<never>((_, reject) => {
    abortSignal.addEventListener('abort', () => reject(new Error('ended before an answer', { cause: abortSignal.reason })), { once: true });
  });
  try {
    return await Promise.race([opening, aborted]);
  } finally {
    clearTimeout(timer);
  }
}

interface EventMessage {
  readonly Type: string;
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Record<string, string> };
}

function readEvent(line: string): EngineEvent {
  const { Type, Action, Actor } = JSON.parse(line) as EventMessage;
  const [action = '', ...detail] = Action.split(':');
  return {
    type: Type,
    action,
    detail: detail.join(':').trim(),
    id: Actor.ID,
    attributes: Actor.Attributes ?? {},
    timeNano: /"timeNano":(\d+)/.exec(line)?.[1] ?? '0',
  };
}
