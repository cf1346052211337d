import { createWriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { PluginError } from '../plugin-error.js';
import type { TarSink } from './tar-sink.js';

/** An archive that somebody reads while it is written: what ends early begins anew. */
export class TarPipe implements TarSink {
  readonly next = 0;
  private constructor(
    private readonly stream: Writable,
    private readonly isOurs: boolean,
  ) {
    // The write that fails tells of it.
    stream.on('error', () => undefined);
  }

  /** The command's own output. @throws PluginError when that is a terminal. */
  static toStdout(stdout: Writable & { readonly isTTY?: boolean } = process.stdout): TarPipe {
    if (stdout.isTTY) throw new PluginError('An archive is nothing for a terminal: send it on, as in … - | tar x, or name a file.');
    return new TarPipe(stdout, false);
  }

  /** A named pipe or a device. */
  static toPath(path: string): TarPipe {
    return new TarPipe(createWriteStream(path), true);
  }

  async write(bytes: Buffer): Promise<void> {
    const failure = await new Promise<NodeJS.ErrnoException | null | undefined>((resolve) => void this.stream.write(bytes, resolve));
    if (!failure) return;
    const isGone = failure.code === 'EPIPE' || failure.code === 'ERR_STREAM_DESTROYED';
    throw new PluginError(
      isGone ? 'Whoever reads the archive has ended before it did.' : `The archive cannot be written: ${failure.message}`,
    );
  }

  async finish(): Promise<void> {
    if (this.isOurs) await new Promise<void>((resolve) => void this.stream.end(() => resolve()));
  }

  close(): Promise<void> {
    if (this.isOurs) this.stream.destroy();
    return Promise.resolve();
  }
}
