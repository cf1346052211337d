import { createHash } from 'node:crypto';
import type { BackupBlocks } from '@dockhero/contracts/volumes-api';
import { callApi, readBytes } from '../connection/call-api.js';
import { DamagedBlock, SharedPause, withRetries } from './with-retries.js';

/** Of one block among 24 at once: a line of a megabit a second is enough. */
const timeoutMs = 120_000;

/** The blocks of one backup below the capability URL. */
export class BlockSource {
  readonly #pause = new SharedPause();

  constructor(
    private readonly configUrl: string,
    private readonly backupId: string,
  ) {}

  /** Which blocks there are, from index `from` on. @throws ApiRefusal, ApiUnreachable after some tries. */
  list(from: number, signal: AbortSignal): Promise<BackupBlocks> {
    return withRetries(this.#pause, signal, async () => {
      const path = `${this.#path}?from=${String(from)}`;
      return (await callApi<BackupBlocks>(this.configUrl, { method: 'GET', path, timeoutMs })).body;
    });
  }

  /** Fills `into` with one block, as its checksum says it is. @throws ApiRefusal, ApiUnreachable, DamagedBlock after some tries. */
  read(index: number, into: Buffer, signal: AbortSignal): Promise<void> {
    return withRetries(this.#pause, signal, async () => {
      const { length, headers } = await readBytes(this.configUrl, { path: `${this.#path}/${String(index)}`, timeoutMs, into });
      const expected = headers.get('x-dockhero-sha256')?.toLowerCase();
      if (length !== into.length || expected !== createHash('sha256').update(into).digest('hex')) {
        throw new DamagedBlock(
          `Block ${String(index)} of the backup came damaged, again and again: what came is not what its checksum says.`,
        );
      }
    });
  }

  get #path(): string {
    return `/backups/${encodeURIComponent(this.backupId)}/blocks`;
  }
}
