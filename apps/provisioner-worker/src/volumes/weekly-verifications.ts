import type { Database } from '@dockhero/database/client';
import { VerificationStore } from '@dockhero/database/verification-store';
import { isVerificationDue } from '@dockhero/domain/volumes/verification';
import { VolumeDoorbell } from '@dockhero/queue/volume-doorbell';

/** Begins the verifications that are due, as many as there is room for, and has the volumes looked at: first what somebody asked for, then what has waited longest. */
export class WeeklyVerifications {
  readonly #store: VerificationStore;

  constructor(
    database: Database,
    private readonly doorbell: VolumeDoorbell,
  ) {
    this.#store = new VerificationStore(database);
  }

  /** @returns how many have begun. */
  async run(now: Date): Promise<number> {
    const candidates = await this.#store.candidates(now);
    const asked = candidates.flatMap(({ volumeId, askedBackupId }) => (askedBackupId ? [{ volumeId, backupId: askedBackupId }] : []));
    const weekly = candidates
      .filter((candidate) => candidate.askedBackupId === null && isVerificationDue(candidate, now))
      .toSorted((a, b) => (a.lastVerifiedAt ?? a.firstCompletedAt).getTime() - (b.lastVerifiedAt ?? b.firstCompletedAt).getTime())
      .map(({ volumeId, newestBackupId }) => ({ volumeId, backupId: newestBackupId }));
    const wanted = [...asked, ...weekly];
    if (wanted.length === 0) return 0;
    const begun = await this.#store.begin(wanted, now);
    for (const id of begun) this.doorbell.ring(id, { wake: true });
    return begun.length;
  }
}
