/** What goes wrong: an error instead of the answer, a cut connection, or a slow answer. */
export type FaultEffect =
  | { type: 'error'; code: string; message: string; status: number; when: 'before' | 'after' }
  | { type: 'cut'; when: 'before' | 'after' }
  | { type: 'delay'; ms: number };

export interface Fault {
  id: number;
  /** An action's name, or '*'. */
  action: string;
  effect: FaultEffect;
  /** How often it still strikes; null until it is cleared. */
  times: number | null;
}

/** Faults that tests inject by action. */
export class Faults {
  private faults: Fault[] = [];
  private nextId = 1;

  add(fault: Omit<Fault, 'id'>): Fault {
    const added = { id: this.nextId++, ...fault };
    this.faults.push(added);
    return added;
  }

  list(): Fault[] {
    return this.faults.map((fault) => ({ ...fault }));
  }

  remove(id: number): boolean {
    const before = this.faults.length;
    this.faults = this.faults.filter((fault) => fault.id !== id);
    return this.faults.length < before;
  }

  reset(): void {
    this.faults = [];
  }

  /** The effects that strike this request: every delay, and the oldest error or cut. Each strike is counted. */
  strike(action: string): FaultEffect[] {
    const struck: FaultEffect[] = [];
    for (const fault of this.faults) {
      if (fault.action !== '*' && fault.action !== action) continue;
      const isFailure = fault.effect.type !== 'delay';
      if (isFailure && struck.some((effect) => effect.type !== 'delay')) continue;
      struck.push(fault.effect);
      if (fault.times !== null) fault.times -= 1;
    }
    this.faults = this.faults.filter((fault) => fault.times === null || fault.times > 0);
    return struck;
  }
}
