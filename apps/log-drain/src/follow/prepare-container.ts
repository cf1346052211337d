import type { TLSSocket } from 'node:tls';
import type { ContainerDetails, ContainerWatch } from '@dockhero/docker/container-watch';
import { connectForLog } from '@dockhero/docker/log-stream';
import type { DockerConnection } from '@dockhero/domain/ports/docker-engine';

/** Containers that are created and not started: more are not expected at once. */
const preparedMax = 20;
const unusedMs = 30_000;

/** What is needed to follow a container from its first moment. */
export interface Prepared {
  readonly details: ContainerDetails;
  readonly socket: TLSSocket;
}

/**
 * Containers that were created and will be started: looked at already, a connection open. With `--rm` a container takes its log along when it
 * ends, perhaps a tenth of a second after its start.
 */
export class PreparedContainers {
  readonly #prepared = new Map<string, Prepared>();
  /** Being looked at. */
  readonly #pending = new Set<string>();

  constructor(
    private readonly watch: ContainerWatch,
    private readonly dockerPort: number | undefined,
  ) {}

  /** Created, and not started as far as is known: its log is read when it is. */
  has(id: string): boolean {
    return this.#prepared.has(id) || this.#pending.has(id);
  }

  async prepare(id: string, connect: () => Promise<DockerConnection>): Promise<void> {
    this.#pending.add(id);
    try {
      await this.#prepare(id, connect);
    } finally {
      this.#pending.delete(id);
    }
  }

  async #prepare(id: string, connect: () => Promise<DockerConnection>): Promise<void> {
    const connection = await connect();
    const socket = connectForLog(connection, this.dockerPort);
    // Both stay on when the socket is handed over: nothing is known by this id then.
    socket.on('error', () => this.forget(id));
    socket.setTimeout(unusedMs).on('timeout', () => this.forget(id));
    const details = await this.watch.inspect(connection, id).catch(() => null);
    if (!details || details.isRunning || socket.destroyed) return void socket.destroy();
    this.#prepared.set(id, { details, socket });
    for (const oldest of this.#prepared.keys()) if (this.#prepared.size > preparedMax) this.forget(oldest);
  }

  /** Hands it over: whoever takes it closes the connection. */
  take(id: string): Prepared | null {
    const prepared = this.#prepared.get(id) ?? null;
    this.#prepared.delete(id);
    prepared?.socket.setTimeout(0);
    return prepared;
  }

  forget(id: string): void {
    this.#prepared.get(id)?.socket.destroy();
    this.#prepared.delete(id);
  }

  clear(): void {
    for (const id of this.#prepared.keys()) this.forget(id);
  }
}
