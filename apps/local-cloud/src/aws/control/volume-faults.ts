/** What goes wrong with volumes beyond what single requests can say. */
export type VolumeFaultKind = 'stuck-attaching' | 'stuck-detaching' | 'link-late' | 'link-wrong' | 'snapshot-error';

export interface VolumeFault {
  kind: VolumeFaultKind;
  /** Null: any volume. */
  volumeId: string | null;
  /** How often it still strikes. */
  times: number;
  /** How long a link by volume id is late or wrong. */
  ms: number;
}

/** Faults that tests inject into volumes. */
export class VolumeFaults {
  private faults: VolumeFault[] = [];
  private readonly held = new Set<string>();

  add(fault: VolumeFault): void {
    this.faults.push({ ...fault });
  }

  list(): VolumeFault[] {
    return this.faults.map((fault) => ({ ...fault }));
  }

  reset(): void {
    this.faults = [];
    this.held.clear();
  }

  /** Takes back what is wrong with one volume; others' faults stay. */
  heal(volumeId: string): void {
    this.faults = this.faults.filter((fault) => fault.volumeId !== volumeId);
    this.release(volumeId);
  }

  /** Whether an attach or detach makes no progress: struck now, or earlier and not released since. */
  holds(volumeId: string, kind: 'stuck-attaching' | 'stuck-detaching'): boolean {
    if (this.strike(volumeId, kind)) this.held.add(`${kind} ${volumeId}`);
    return this.held.has(`${kind} ${volumeId}`);
  }

  /** A volume that is attached to nothing any more is held by nothing. */
  release(volumeId: string): void {
    for (const kind of ['stuck-attaching', 'stuck-detaching']) this.held.delete(`${kind} ${volumeId}`);
  }

  /** The oldest fault of these kinds that is for this volume, counted as one strike. */
  strike(volumeId: string, ...kinds: VolumeFaultKind[]): VolumeFault | null {
    const fault = this.faults.find((one) => kinds.includes(one.kind) && [null, volumeId].includes(one.volumeId)) ?? null;
    if (!fault) return null;
    fault.times -= 1;
    this.faults = this.faults.filter((one) => one.times > 0);
    return fault;
  }
}
