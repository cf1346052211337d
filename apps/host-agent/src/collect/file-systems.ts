import { statfs } from 'node:fs/promises';
import type { Mount } from './mounts.js';

const answerTimeoutMs = 2_000;
/** Node's thread pool has four; one stays for the rest of the agent. */
const maxHanging = 3;

export interface FileSystemFigures {
  readonly sizeBytes: number;
  readonly freeBytes: number;
  readonly availableBytes: number;
  readonly files: number;
  readonly filesFree: number;
}

export type MeasuredMount = Mount & { /** Null: it did not answer. */ readonly figures: FileSystemFigures | null };
type StatFs = (path: string) => Promise<{ bsize: number; blocks: number; bfree: number; bavail: number; files: number; ffree: number }>;

interface Question {
  readonly answer: Promise<Awaited<ReturnType<StatFs>> | null>;
  isLate: boolean;
}

/** Asks file systems for their figures. A dead disk or NFS server blocks statfs for ever: it is not asked again while a question hangs. */
export class FileSystems {
  readonly #open = new Map<string, Question>();
  readonly #ask: StatFs;
  readonly #timeoutMs: number;

  constructor({ ask = (path) => statfs(path), timeoutMs = answerTimeoutMs }: { ask?: StatFs; timeoutMs?: number } = {}) {
    this.#ask = ask;
    this.#timeoutMs = timeoutMs;
  }

  /** One after the other, so that a few dead mounts cannot take every thread at once. */
  async measureAll(mounts: readonly Mount[]): Promise<MeasuredMount[]> {
    const measured: MeasuredMount[] = [];
    for (const mount of mounts) measured.push({ ...mount, figures: await this.measure(mount.mountpoint) });
    return measured;
  }

  /** @returns null when it does not answer in time, or at all. */
  async measure(path: string): Promise<FileSystemFigures | null> {
    const question = this.#open.get(path) ?? this.#askOnce(path);
    if (!question || question.isLate) return null;
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<null>((resolve) => {
      timer = setTimeout(() => {
        question.isLate = true;
        resolve(null);
      }, this.#timeoutMs);
    });
    const figures = await Promise.race([question.answer, tooLate]);
    clearTimeout(timer);
    if (!figures) return null;
    const { bsize, blocks, bfree, bavail, files, ffree } = figures;
    return { sizeBytes: blocks * bsize, freeBytes: bfree * bsize, availableBytes: bavail * bsize, files, filesFree: ffree };
  }

  #askOnce(path: string): Question | null {
    if (this.#open.size >= maxHanging) return null;
    const answer = this.#ask(path)
      .catch(() => null)
      .finally(() => this.#open.delete(path));
    const question = { answer, isLate: false };
    this.#open.set(path, question);
    return question;
  }
}
