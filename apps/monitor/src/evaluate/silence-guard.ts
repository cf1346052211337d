import { blameFor, isMassSilence, type Blame, type Sight } from '@dockhero/domain/monitoring/mass-silence';
import type { Logger } from 'pino';
import type { MonitorMetrics } from '../monitor-metrics.js';

const roundMs = 5_000;
/** A process is not taken for blind before this: it may have been busy for a moment. */
const settleMs = 20_000;
/** How long a blind process leaves its hosts to others before it tries again: longer each time. */
const awayMs = { first: 60_000, longest: 600_000 };

const verdicts: Readonly<Record<Blame, string>> = {
  process: 'others see theirs: this process is cut off, and leaves its hosts to them',
  network: 'it is our own network: nobody is told',
  hosts: 'it is not our own network: people are told',
  unknown: 'nobody knows why',
};

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
  #blindUntilMs = 0;
  #awayUntilMs = 0;
  #awayMs: number = awayMs.first;
  #round: Promise<void> | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly evidence: SilenceEvidence,
    private readonly outside: { readonly now: () => Date; readonly metrics: MonitorMetrics; readonly logger: Logger },
  ) {}

  /** Hosts that fall silent now are not to be called so yet. */
  get isHolding(): boolean {
    return this.#mass !== null && this.#mass.blame !== 'hosts';
  }

  /**
   * Until when hosts were silent for no fault of theirs, as far as is known, in milliseconds since 1970: nobody's silence counts from before. When our network
   * comes back most hosts are seen within a few looks, and the last of them would be called silent in between.
   */
  get blindUntilMs(): number {
    return this.#blindUntilMs;
  }

  /** This process sees none of its hosts, or has left them to others because of that. */
  get isBlind(): boolean {
    return !this.mayHold || this.#mass?.blame === 'network';
  }

  /** False: others should have its hosts. */
  get mayHold(): boolean {
    return this.outside.now().getTime() >= this.#awayUntilMs;
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
    const isMass = isMassSilence(sight);
    if (!isMass && sight.hosts > sight.silent) this.#awayMs = awayMs.first;
    if (isMass && !this.#mass) this.#begin(sight);
    else if (!isMass && this.#mass) this.#end(sight);
    this.outside.metrics.massSilence.set(isMass || this.isBlind ? 1 : 0);
  }

  #begin(sight: Sight): void {
    this.#mass = { sinceMs: this.outside.now().getTime(), blame: 'unknown' };
    this.outside.logger.error(sight, 'most hosts fell silent together: nobody is told before it is clear that it is not our own network');
    void this.look();
  }

  #end(sight: Sight): void {
    if (this.isHolding) this.#blindUntilMs = this.outside.now().getTime();
    this.#mass = null;
    this.outside.logger.warn(sight, 'most hosts are no longer falling silent');
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
    const lastedMs = this.outside.now().getTime() - mass.sinceMs;
    const blame = blameFor(seen, reaches, lastedMs);
    if (blame === mass.blame || (blame === 'process' && lastedMs < settleMs)) return;
    // What nobody knew yet for some seconds was no blindness: if it is the hosts, their silence counts from its beginning.
    if (mass.blame !== 'unknown') this.#blindUntilMs = this.outside.now().getTime();
    mass.blame = blame;
    this.outside.logger.error({ ...this.#sight, others: seen, reaches }, `most hosts are silent, and ${verdicts[blame]}`);
    if (blame !== 'process') return;
    this.#awayUntilMs = this.outside.now().getTime() + this.#awayMs;
    this.#awayMs = Math.min(this.#awayMs * 2, awayMs.longest);
  }
}
