import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DockerFailure } from '../docker/ask-docker.js';
import { cannotRun } from '../docker/run-client.js';
import { PluginError } from '../plugin-error.js';
import { mountpoint, type VolumeHelper } from './volume-helper.js';

/** Longer than Docker waits for a volume to be mounted. */
const stalledMs = 180_000;
const keptOfWords = 16 * 1_024;

type Archive = AsyncIterable<Uint8Array>;
type OnBytes = (bytes: number) => void;

/**
 * Reads a path of the volume as a tar archive; a link at its end is followed.
 * @throws DockerFailure with docker's words; what `consume` throws, which ends it early; PluginError when nothing moves any more.
 */
export async function copyOut(
  helper: VolumeHelper,
  path: readonly string[],
  onBytes: OnBytes,
  consume: (archive: Archive) => Promise<void>,
): Promise<void> {
  const copy = new Copy(helper, ['cp', '--follow-link', `${helper.container}:${[mountpoint, ...path].join('/')}`, '-']);
  let isWhole = false;
  const archive = async function* (): Archive {
    yield* copy.counted(copy.child.stdout, onBytes);
    isWhole = true;
  };
  // An archive that docker has ended too early is docker's to explain.
  await copy.run(
    () => consume(archive()),
    () => isWhole,
  );
}

/** Unpacks a tar archive at the volume's root. @throws as `copyOut`; what `archive` throws. */
export async function copyIn(helper: VolumeHelper, archive: Archive, onBytes: OnBytes): Promise<void> {
  const copy = new Copy(helper, ['cp', '-', `${helper.container}:${mountpoint}`]);
  await copy.run(
    () => pipeline(Readable.from(copy.counted(archive, onBytes), { objectMode: false }), copy.child.stdin),
    ({ code }) => code === 'EPIPE' || code === 'ERR_STREAM_PREMATURE_CLOSE',
  );
}

/** One `docker cp` between a helper and a stream of ours. */
class Copy {
  readonly child: ChildProcessWithoutNullStreams;
  readonly #helper: VolumeHelper;
  readonly #closed: Promise<number | null>;
  #words = '';
  /** Why it was ended from here. */
  #reason: unknown = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(helper: VolumeHelper, args: readonly string[]) {
    // A group of its own: Ctrl-C reaches us, and we end things in order.
    this.child = spawn('docker', args, { env: { ...helper.environment }, stdio: 'pipe', detached: process.platform !== 'win32' });
    this.#helper = helper;
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#words = (this.#words + text).slice(-keptOfWords)));
    // What breaks here shows where it is read or written.
    this.child.stdin.on('error', () => undefined);
    this.#closed = new Promise((resolve, reject) => {
      this.child.once('error', (error: NodeJS.ErrnoException) => reject(cannotRun('docker', error)));
      this.child.once('close', resolve);
    });
  }

  /** Passes it on, and knows by it that something moves. */
  async *counted(archive: Archive, onBytes: OnBytes): Archive {
    for await (const chunk of archive) {
      this.#expectMore();
      onBytes(chunk.length);
      yield chunk;
    }
  }

  /**
   * Until docker and the flow have ended, both well.
   * @param isDockers whether a flow that broke is only what came of docker's own failure.
   */
  async run(flow: () => Promise<void>, isDockers: (error: NodeJS.ErrnoException) => boolean): Promise<void> {
    const { signal } = this.#helper;
    const interrupt = (): void => this.#end(signal.reason);
    signal.addEventListener('abort', interrupt, { once: true });
    this.#expectMore();
    try {
      if (signal.aborted) interrupt();
      const flowing = flow().catch((error: NodeJS.ErrnoException) => {
        if (!isDockers(error)) this.#end(error);
        throw error;
      });
      const [flowed, ended] = await Promise.allSettled([flowing, this.#closed]);
      if (this.#reason !== null) throw this.#reason;
      if (ended.status === 'rejected') throw ended.reason;
      if (ended.value !== 0) throw new DockerFailure(this.#words);
      if (flowed.status === 'rejected') throw flowed.reason;
    } finally {
      clearTimeout(this.#timer);
      signal.removeEventListener('abort', interrupt);
    }
  }

  #expectMore(): void {
    clearTimeout(this.#timer);
    const stalled = new PluginError(
      'Nothing has moved for three minutes. Is the volume in use on another host? heroku dh:volumes shows it.',
    );
    this.#timer = setTimeout(() => this.#end(stalled), stalledMs);
  }

  #end(reason: unknown): void {
    this.#reason ??= reason;
    this.child.kill('SIGKILL');
  }
}
