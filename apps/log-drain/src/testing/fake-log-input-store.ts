import type { LogInputs, LogInputStore } from '@dockhero/database/log-input-store';
import { AppError } from '@dockhero/domain/errors';
import { Secret } from '@dockhero/domain/secret';

interface Row {
  url: string | null;
  others: string[];
  readAt: Date | null;
  refusals: number;
  isGone: boolean;
}

/** The table of log inputs, in memory. */
export class FakeLogInputStore {
  readonly rows = new Map<string, Row>();
  isDown = false;
  readonly #broken = new Set<string>();

  get port(): LogInputStore {
    return this as unknown as LogInputStore;
  }

  /** What Heroku says, as the worker records it. */
  record(resourceId: string, url: string | null, others: string[] = []): void {
    const { refusals = 0, isGone = false } = this.rows.get(resourceId) ?? {};
    this.rows.set(resourceId, { url, others, readAt: new Date(), refusals, isGone });
  }

  row(resourceId: string): Row {
    const row = this.rows.get(resourceId);
    if (!row) throw new Error(`no such resource: ${resourceId}`);
    return row;
  }

  /** The next note of this resource whether it is gone is not written. */
  failOnce(resourceId: string): void {
    this.#broken.add(resourceId);
  }

  async urls(resourceIds: readonly string[]): Promise<Map<string, LogInputs>> {
    this.#assertUp();
    const secret = (url: string | null) => (url === null ? null : new Secret(url));
    return new Map(
      resourceIds.flatMap((id) => {
        const row = this.rows.get(id);
        if (!row) return [];
        return [
          [id, { owner: secret(row.url), others: row.others.map((url) => new Secret(url)), readAt: row.readAt, refusedAt: null }] as const,
        ];
      }),
    );
  }

  async refused(resourceId: string): Promise<void> {
    this.#assertUp();
    this.row(resourceId).refusals += 1;
  }

  async gone(resourceId: string, isGone: boolean): Promise<void> {
    this.#assertUp();
    if (this.#broken.delete(resourceId)) throw new AppError('storage_unavailable');
    const row = this.rows.get(resourceId);
    if (row) row.isGone = isGone;
  }

  #assertUp(): void {
    if (this.isDown) throw new AppError('storage_unavailable');
  }
}
