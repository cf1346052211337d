import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';

export interface StandInContainer {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  state: 'created' | 'running' | 'exited';
  status: string;
  exitCode: number;
  isOomKilled: boolean;
}

/** Docker's Unix socket with containers that start and die, and a memory of its events as Docker's own has. */
export class StandInDocker {
  readonly containers = new Map<string, StandInContainer>();
  /** `POST /images/prune?…`, in order, without the version. */
  readonly requests: string[] = [];
  /** False: things happen and no event tells of them. */
  tellsEvents = true;
  df: object = {};
  readonly #events: { at: bigint; line: string }[] = [];
  readonly #streams = new Set<ServerResponse>();
  readonly #server: Server;
  #lastAt = 0n;

  private constructor(readonly socketPath: string) {
    this.#server = createServer((request, response) => this.#answer(`${request.method} ${request.url?.replace('/v1.41', '')}`, response));
  }

  static async start(socketPath: string): Promise<StandInDocker> {
    const docker = new StandInDocker(socketPath);
    docker.#server.listen(socketPath);
    await once(docker.#server, 'listening');
    return docker;
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  get listeners(): number {
    return this.#streams.size;
  }

  cutEvents(): void {
    for (const stream of this.#streams) stream.destroy();
  }

  create(name: string, labels: Readonly<Record<string, string>> = {}): StandInContainer {
    const id = Buffer.from(name).toString('hex').padEnd(64, '0').slice(0, 64);
    const container: StandInContainer = { id, name, labels, state: 'created', status: 'Created', exitCode: 0, isOomKilled: false };
    this.containers.set(id, container);
    this.#emit('create', container);
    return container;
  }

  start(container: StandInContainer, health = ''): void {
    Object.assign(container, { state: 'running', status: `Up 2 seconds${health}`, exitCode: 0 });
    this.#emit('start', container);
  }

  oom(container: StandInContainer): void {
    this.#emit('oom', container);
  }

  die(container: StandInContainer, exitCode: number, isOomKilled = false): void {
    Object.assign(container, { state: 'exited', status: `Exited (${exitCode}) 1 second ago`, exitCode, isOomKilled });
    this.#emit('die', container, { exitCode: String(exitCode) });
  }

  #emit(action: string, { id, name, labels }: StandInContainer, more: Record<string, string> = {}): void {
    if (!this.tellsEvents) return;
    const now = BigInt(Date.now()) * 1_000_000n;
    // Written as JSON numbers lose the last digits, events of one moment stay apart by more than that.
    this.#lastAt = now > this.#lastAt ? now : this.#lastAt + 1_024n;
    const Actor = { ID: id, Attributes: { ...labels, ...more, name, image: 'busybox' } };
    const head = JSON.stringify({ Type: 'container', Action: action, Actor }).slice(0, -1);
    const line = `${head},"timeNano":${this.#lastAt}}\n`;
    this.#events.push({ at: this.#lastAt, line });
    for (const stream of this.#streams) stream.write(line);
  }

  #answer(request: string, response: ServerResponse): void {
    this.requests.push(request);
    const [, path = ''] = request.split(' ');
    const inspected = this.containers.get(/^\/containers\/([0-9a-f]{64})\/json/.exec(path)?.[1] ?? '');
    if (path.startsWith('/events')) this.#follow(new URLSearchParams(path.split('?')[1]).get('since') ?? '0.0', response);
    else if (path.startsWith('/containers/json')) response.end(JSON.stringify([...this.containers.values()].map(summaryOf)));
    else if (inspected) response.end(JSON.stringify({ State: { OOMKilled: inspected.isOomKilled } }));
    else if (path.startsWith('/system/df')) response.end(JSON.stringify(this.df));
    else if (/^\/(images|build)\/prune/.test(path)) response.end(JSON.stringify({ SpaceReclaimed: 4096 }));
    else response.writeHead(404).end(JSON.stringify({ message: 'no such thing' }));
  }

  #follow(since: string, response: ServerResponse): void {
    const [seconds = '0', nanos = '0'] = since.split('.');
    const from = BigInt(seconds) * 1_000_000_000n + BigInt(nanos);
    response.writeHead(200).flushHeaders();
    for (const { at, line } of this.#events) if (at >= from) response.write(line);
    this.#streams.add(response);
    response.once('close', () => this.#streams.delete(response));
  }
}

function summaryOf({ id, name, labels, state, status }: StandInContainer): object {
  return { Id: id, Names: [`/${name}`], Labels: labels, State: state, Status: status };
}
