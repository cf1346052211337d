import { createHash } from 'node:crypto';
import type { BackupBlocks } from '@dockhero/contracts/volumes-api';
import { callApi, readBytes } from '../connection/call-api.js';
import { DamagedBlock, SharedPause, withRetries } from './with-retries.js';

const timeoutMs = 60_000;

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

  /** One block, as its checksum says it is. @throws ApiRefusal, ApiUnreachable, DamagedBlock after some tries. */
  read(index: number, bytes: number, signal: AbortSignal): Promise<Buffer> {
    return withRetries(this.#pause, signal, async () => {
      const answer = await readBytes(this.configUrl, { path: `${this.#path}/${String(index)}`, timeoutMs });
      const expected = answer.headers.get('x-dockhero-sha256')?.toLowerCase();
      const actual = createHash('sha256').update(answer.bytes).digest('hex');
      if (expected !== actual || answer.bytes.length !== bytes) {
        throw new DamagedBlock(
          `Block ${String(index)} of the backup came damaged, again and again: what came is not what its checksum says.`,
        );
      }
      return answer.bytes;
    });
  }

  get #path(): string {
    return `/backups/${encodeURIComponent(this.backupId)}/blocks`;
  }
}
