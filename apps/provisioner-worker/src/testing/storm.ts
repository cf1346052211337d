import { AppError, type ErrorCode } from '@dockhero/domain/errors';
import { CallGate, type Moment } from '@dockhero/testing/fakes/call-gate';
import type { Database } from '@dockhero/database/client';
import { passOnce, type Outcome, type Reconciler } from './drive.js';
import { Life, mortal } from './mortal-database.js';
import type { Random } from './random.js';
import type { World } from './world.js';

interface Process {
  readonly life: Life;
  readonly reconciler: Reconciler;
}

/** How bad it is: probabilities per outside call, and per pass. */
export interface Weather {
  readonly crash: number;
  readonly lostAnswer: number;
  readonly refusal: number;
  readonly crashInQueries: number;
  /** Queries of a pass after which a process may end. */
  readonly queries: number;
}

export interface Workers {
  readonly make: (world: World, gate: CallGate, database: Database) => Reconciler;
  /** What a call that is refused, or whose answer is lost, ends with. */
  readonly refusalOf: (call: string) => ErrorCode;
}

/** Two worker processes in bad weather: they end in the middle of calls and queries and are started again, answers are lost, calls refused. Until it is over. */
export class Storm {
  /** What happened, for whoever must understand a failure. */
  readonly log: string[] = [];
  isOver = false;
  readonly #processes: [Process, Process];

  constructor(
    private readonly world: World,
    private readonly random: Random,
    private readonly weather: Weather,
    private readonly workers: Workers,
  ) {
    this.#processes = [this.#start(), this.#start()];
  }

  /** One pass of one of them. After `process ended` another has begun; the lease of the one that ended is left. */
  async pass(index: 0 | 1, id: string): Promise<Outcome> {
    const { life, reconciler } = this.#processes[index];
    const { crashInQueries, queries } = this.weather;
    if (!this.isOver && this.random.chance(crashInQueries)) life.queriesLeft = this.random.below(queries);
    const outcome = await passOnce(this.world, reconciler, id);
    life.queriesLeft = null;
    this.log.push(`worker ${index}: ${outcome}`);
    if (outcome === 'process ended') this.#processes[index] = this.#start();
    return outcome;
  }

  #start(): Process {
    const life = new Life();
    const gate = new CallGate();
    gate.hook = (call, moment) => this.#strike(call, moment, life);
    return { life, reconciler: this.workers.make(this.world, gate, mortal(this.world.database, life)) };
  }

  #strike(call: string, moment: Moment, life: Life): void {
    life.check();
    if (this.isOver) return;
    const { crash, lostAnswer, refusal } = this.weather;
    if (this.random.chance(crash)) {
      this.log.push(`process ends ${moment} ${call}`);
      life.end();
    }
    if (!this.random.chance(moment === 'after' ? lostAnswer : refusal)) return;
    this.log.push(`${moment === 'after' ? 'answer lost' : 'refused'}: ${call}`);
    throw new AppError(this.workers.refusalOf(call));
  }
}
