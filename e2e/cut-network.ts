import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { nodeBinary, root } from '../scripts/bootstrap/toolchain.mjs';

/** Where hosts are, and whatever else is outside of our own network. */
const world = '10.214';
const own = '10.213';
export const outsideAddress = `${world}.1.1`;
const port = 7_112;

const ip = (...args: string[]): void => void execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
const nameOf = (number: number): string => `dh-cut-${String(number)}`;

/** As `ip netns add`, which would mount /run/netns over itself and hide in it what a local cloud has there already: that could never be removed. */
function makeNamespace(name: string): void {
  mkdirSync('/run/netns', { recursive: true });
  writeFileSync(`/run/netns/${name}`, '');
  execFileSync('unshare', [`--net=/run/netns/${name}`, 'true']);
}

/**
 * Hosts' addresses on this machine, reached by monitors in network namespaces of their own: each has a way to our own services, which stays, and one to
 * the world, which can be cut. Needs root.
 */
export class CutNetwork {
  readonly addresses: readonly string[];
  readonly #servers: Server[] = [];

  constructor(
    hosts: number,
    private readonly monitors: number,
  ) {
    this.addresses = Array.from({ length: hosts }, (_, index) => `${world}.0.${String(index + 1)}`);
  }

  start(): void {
    this.#remove();
    for (let number = 1; number <= this.monitors; number += 1) {
      const [name, here, there] = [nameOf(number), `${own}.${String(number)}.1`, `${own}.${String(number)}.2`];
      makeNamespace(name);
      ip('link', 'add', name, 'type', 'veth', 'peer', 'name', 'out', 'netns', name);
      ip('addr', 'add', `${here}/30`, 'dev', name);
      ip('link', 'set', name, 'up');
      ip('-n', name, 'addr', 'add', `${there}/30`, 'dev', 'out');
      for (const link of ['lo', 'out']) ip('-n', name, 'link', 'set', link, 'up');
      ip('-n', name, 'route', 'add', 'default', 'via', here);
    }
    // Packets to a host that is off vanish, wherever this machine would send them.
    ip('route', 'add', 'blackhole', `${world}.0.0/16`);
    this.power([...this.addresses, outsideAddress], true);
  }

  /** Hosts that are off answer nothing at all: no address, no refusal. */
  power(addresses: readonly string[], isOn: boolean): void {
    for (const address of addresses) ip('addr', isOn ? 'add' : 'del', `${address}/32`, 'dev', nameOf(1));
  }

  /** Lets monitors reach what listens on this machine's loopback. @returns the port. */
  async forward(to: number): Promise<number> {
    return await this.#listen((socket) => {
      const there = connect(to, '127.0.0.1');
      socket.pipe(there).pipe(socket);
      socket.on('error', () => there.destroy());
      there.on('error', () => socket.destroy());
    });
  }

  /** Something that is up whenever our own network is. @returns its `host:port`. */
  async outside(): Promise<string> {
    return `${outsideAddress}:${String(await this.#listen((socket) => void socket.on('error', () => {}).end()))}`;
  }

  stop(): void {
    for (const server of this.#servers) server.close();
    this.#remove();
  }

  async #listen(serve: Parameters<typeof createServer>[1]): Promise<number> {
    const server = createServer(serve);
    this.#servers.push(server);
    server.listen(0, '0.0.0.0');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  /** Also what a killed run has left. */
  #remove(): void {
    const attempts = Array.from({ length: this.monitors }, (_, index) => ['netns', 'del', nameOf(index + 1)]);
    for (const attempt of [...attempts, ['route', 'del', 'blackhole', `${world}.0.0/16`]]) {
      try {
        ip(...attempt);
      } catch {
        // It was not there.
      }
    }
  }
}

/** A monitor in one of the namespaces. */
export class CutMonitor {
  readonly name: string;
  log = '';
  readonly #child: ChildProcess;
  readonly #url: string;

  /** @param environment gets our side's address of its namespace: where `forward` listens. */
  constructor(
    private readonly number: number,
    environment: (ours: string) => Record<string, string>,
  ) {
    this.name = `monitor${String(number)}`;
    this.#url = `http://${own}.${String(number)}.2:${String(port)}`;
    const main = join(root, 'apps', 'monitor', 'dist', 'main.js');
    this.#child = spawn('ip', ['netns', 'exec', nameOf(number), nodeBinary(), main], {
      env: { ...process.env, ...environment(`${own}.${String(number)}.1`), PORT: String(port), MEMBER_NAME: this.name },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#child.stdout?.on('data', (text: Buffer) => (this.log += text.toString()));
  }

  /** From now on, packets to hosts and to anything else outside are lost, and nobody says so; ours get through. */
  cut(): void {
    const rules = `table inet cut {\nchain out {\ntype filter hook output priority 0;\nip daddr ${world}.0.0/16 drop\n}\n}`;
    execFileSync('ip', ['netns', 'exec', nameOf(this.number), 'nft', rules]);
  }

  heal(): void {
    execFileSync('ip', ['netns', 'exec', nameOf(this.number), 'nft', 'delete table inet cut']);
  }

  async isReady(): Promise<boolean> {
    return (await fetch(`${this.#url}/ready`, { signal: AbortSignal.timeout(5_000) })).ok;
  }

  /** A metric without labels. */
  async metric(name: string): Promise<number> {
    const text = await (await fetch(`${this.#url}/metrics`, { signal: AbortSignal.timeout(5_000) })).text();
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
  }
}
