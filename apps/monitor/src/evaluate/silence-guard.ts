import { blameFor, isMassSilence, type Blame, type Sight } from '@dockhero/domain/monitoring/mass-silence';
import type { Logger } from 'pino';
import type { MonitorMetrics } from '../monitor-metrics.js';

const roundMs = 5_000;

export interface SilenceEvidence {
  /** Tells other processes what this one sees. */
  readonly tell: (sight: Sight) => Promise<void>;
  readonly others: () => Promise<readonly Sight[]>;
  /** Whether anything but hosts can be reached; null when there is nothing to ask. */
  readonly outside: () => Promise<boolean | null>;
}

/**
 * Keeps hosts from being called silent when it is our own network that fails: while most fall silent together, nobody is told until there is evidence that it is
 * the hosts. Operators are told at once.
 */
export class SilenceGuard {
  #sight: Sight | null = null;
  /** Null: all is as usual. */
  #mass: { readonly sinceMs: number; blame: Blame } | null = null;
  #round: Promise<void> | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly evidence: SilenceEvidence,
    private readonly outside: { readonly now: () => Date; readonly metrics: MonitorMetrics; readonly logger: Logger },
  ) {}

  /** Hosts that fall silent now are not to be called so yet. */
  get isHolding(): boolean {
    return this.#mass !== null && this.#mass.blame !== 'theirs';
  }

  /** This process sees none of its hosts, and it is not the hosts. */
  get isBlind(): boolean {
    return this.#mass?.blame === 'ours';
  }

  start(): void {
    this.#timer = setInterval(() => void this.look(), roundMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#round;
  }

  /** What is seen now; called often. */
  note(sight: Sight): void {
    this.#sight = sight;
    const { metrics, logger, now } = this.outside;
    const isMass = isMassSilence(sight);
    metrics.massSilence.set(isMass ? 1 : 0);
    if (isMass === (this.#mass !== null)) return;
    this.#mass = isMass ? { sinceMs: now().getTime(), blame: 'unknown' } : null;
    if (isMass) {
      logger.error(sight, 'most hosts fell silent together: nobody is told before it is clear that it is not our own network');
      void this.look();
    } else logger.warn(sight, 'most hosts are no longer falling silent');
  }

  /** One round: says what is seen, and looks for evidence if it is needed. Shared by those who ask meanwhile; never rejects. */
  look(): Promise<void> {
    this.#round ??= this.#look()
      .catch((error: unknown) => this.outside.logger.warn({ error }, 'what other monitors see could not be read'))
      .finally(() => (this.#round = null));
    return this.#round;
  }

  async #look(): Promise<void> {
    const { tell, others, outside } = this.evidence;
    if (this.#sight) await tell(this.#sight);
    const mass = this.#mass;
    if (!mass) return;
    const [seen, reaches] = await Promise.all([others(), outside()]);
    const blame = blameFor(seen, reaches, this.outside.now().getTime() - mass.sinceMs);
    if (blame === mass.blame) return;
    mass.blame = blame;
    const verdict = blame === 'ours' ? 'it is our own network: nobody is told' : 'it is not our own network: people are told';
    this.outside.logger.error({ ...this.#sight, others: seen, reaches }, `most hosts are silent, and ${verdict}`);
  }
}
