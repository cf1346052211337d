import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:http';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const startTimeoutMs = 30_000;

/** A dockerd of the base image of instances, by hand, in a folder; without any network. It has an image `busybox`. */
export class RealDocker {
  #dockerd: ChildProcess | null = null;
  /** As on a host it outlives dockerd. */
  #containerd: ChildProcess | null = null;
  readonly #bin: string;

  /** @param base the file system of instances. @param dockerd within it. */
  constructor(
    private readonly dir: string,
    private readonly base: string,
    private readonly dockerd: string,
  ) {
    this.#bin = ['usr/sbin', 'usr/bin'].map((folder) => path.join(base, folder)).join(':');
  }

  get #host(): string {
    return `unix://${path.join(this.dir, 'docker.sock')}`;
  }

  async start(): Promise<void> {
    const at = (name: string): string => path.join(this.dir, name);
    const containerd = at('containerd.sock');
    this.#containerd ??= await this.#startContainerd(containerd);
    const folders = [
      '--containerd',
      containerd,
      '--data-root',
      at('docker-data'),
      '--exec-root',
      at('docker-run'),
      '--pidfile',
      at('docker.pid'),
    ];
    const args = ['--host', this.#host, ...folders, '--bridge=none', '--iptables=false', '--ip-forward=false', '--storage-driver=vfs'];
    this.#dockerd = this.#spawn(this.dockerd, args);
    await pollUntil(
      () => this.#answers(),
      'dockerd',
      () => readTextOr(at('dockerd.log')),
    );
  }

  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    await endChild(this.#dockerd, signal);
    this.#dockerd = null;
  }

  /** Makes the image from Debian's static busybox. */
  async loadImage(): Promise<void> {
    const root = path.join(this.dir, 'image');
    mkdirSync(path.join(root, 'bin'), { recursive: true });
    copyFileSync('/bin/busybox', path.join(root, 'bin/busybox'));
    for (const name of ['sh', 'sleep', 'cat', 'touch', 'sync', 'df', 'sed']) symlinkSync('busybox', path.join(root, 'bin', name));
    const tar = execFileSync('tar', ['-C', root, '-c', '.'], { maxBuffer: 2 ** 26 });
    await this.#post('/images/create?fromSrc=-&repo=busybox&tag=latest', tar);
  }

  /** @returns what it printed. @throws Error with what it complained about. */
  async run(...args: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(path.join(this.base, 'usr/bin/docker'), ['--host', this.#host, ...args], {
      timeout: 60_000,
    });
    return stdout.trim();
  }

  /** Starts a container. */
  async container(name: string, options: readonly string[], command = 'sleep 1000'): Promise<void> {
    await this.run(
      'run',
      '--detach',
      '--name',
      name,
      '--network',
      'none',
      ...options,
      'busybox',
      'sh',
      '-c',
      `trap 'exit 0' TERM; ${command} & wait`,
    );
  }

  /** Stops all, and removes what dockerd leaves of its cgroups. */
  async stop(): Promise<void> {
    const ids = (await this.run('ps', '--all', '--quiet').catch(() => '')).split('\n').filter(Boolean);
    if (ids.length > 0) await this.run('rm', '--force', ...ids);
    await this.end('SIGTERM');
    await endChild(this.#containerd, 'SIGTERM');
    this.#sweep();
    for (const controller of readdirSync('/sys/fs/cgroup')) {
      const group = path.join('/sys/fs/cgroup', controller, 'docker');
      if (existsSync(group) && readdirSync(group, { withFileTypes: true }).every((entry) => !entry.isDirectory())) rmdirSync(group);
    }
  }

  async #startContainerd(socket: string): Promise<ChildProcess> {
    const at = (name: string): string => path.join(this.dir, name);
    const config = { version: '2', disabled_plugins: '["io.containerd.grpc.v1.cri"]' };
    const text = Object.entries(config).map(([key, value]) => `${key} = ${value}\n`);
    writeFileSync(at('containerd.toml'), text.join(''));
    const folders = ['--root', at('docker-containerd'), '--state', at('docker-containerd-run')];
    const child = this.#spawn('usr/bin/containerd', ['--config', at('containerd.toml'), '--address', socket, ...folders]);
    await pollUntil(
      () => Promise.resolve(existsSync(socket)),
      'containerd',
      () => readTextOr(at('dockerd.log')),
    );
    return child;
  }

  #spawn(program: string, args: readonly string[]): ChildProcess {
    const log = openSync(path.join(this.dir, 'dockerd.log'), 'a');
    const env = { PATH: `${this.#bin}:${process.env.PATH}`, LD_LIBRARY_PATH: path.join(this.base, 'usr/lib/x86_64-linux-gnu') };
    const child = spawn(path.join(this.base, program), args, { env, stdio: ['ignore', log, log] });
    closeSync(log);
    return child;
  }

  /** What a dockerd that was killed for good leaves: containers with their shims, and mounts. */
  #sweep(): void {
    for (const pid of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
      const command = readTextOr(`/proc/${pid}/cmdline`);
      if (!command.includes('containerd-shim') || !command.includes(this.dir)) continue;
      for (const child of readTextOr(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean))
        process.kill(Number(child), 'SIGKILL');
      process.kill(Number(pid), 'SIGKILL');
    }
    const places = readTextOr('/proc/self/mountinfo')
      .split('\n')
      .map((line) => line.split(' ')[4] ?? '');
    for (const place of places.toReversed()) if (place.startsWith(`${this.dir}/docker-`)) execFileSync('umount', ['--lazy', place]);
  }

  #answers(): Promise<boolean> {
    return this.#ask('GET', '/_ping').then(
      (status) => status === 200,
      () => false,
    );
  }

  async #post(where: string, body: Buffer): Promise<void> {
    const status = await this.#ask('POST', where, body);
    if (status !== 200) throw new Error(`dockerd answers ${status} to ${where}`);
  }

  #ask(method: string, where: string, body?: Buffer): Promise<number> {
    return new Promise((resolve, reject) => {
      const options = {
        socketPath: path.join(this.dir, 'docker.sock'),
        method,
        path: where,
        headers: { 'content-type': 'application/x-tar' },
      };
      const sent = request(options, (response) => response.resume().once('end', () => resolve(response.statusCode ?? 0)));
      sent.once('error', reject).end(body);
    });
  }
}

async function endChild(child: ChildProcess | null, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, 'exit');
}

async function pollUntil(isReady: () => Promise<boolean>, what: string, log: () => string): Promise<void> {
  const until = Date.now() + startTimeoutMs;
  while (!(await isReady())) {
    if (Date.now() > until) throw new Error(`${what} does not answer: ${log().slice(-4000)}`);
    await delay(50);
  }
}

function readTextOr(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
