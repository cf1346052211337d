const letters = (from: string, to: string) =>
  Array.from({ length: to.charCodeAt(0) - from.charCodeAt(0) + 1 }, (_, offset) => String.fromCharCode(from.charCodeAt(0) + offset));

/** Names that EC2 takes for a disk: those it recommends, then two rows more. On Nitro instances they are labels only. */
export const deviceNames: readonly string[] = [
  ...letters('f', 'p').map((letter) => `/dev/sd${letter}`),
  ...letters('a', 'z').map((letter) => `/dev/xvdb${letter}`),
  ...letters('a', 'z').map((letter) => `/dev/xvdc${letter}`),
];
const mostBad = 10_000;

/**
 * Which device name to ask for next. Names go round instead of the lowest being taken again: after a forced detach the kernel may hold on to
 * one that EC2 shows as free, until the instance boots again. A name that EC2 refused is tried last.
 */
export class DeviceNames {
  #next = 0;
  /** `instance device`, the oldest first. */
  readonly #bad = new Set<string>();

  /** Free names in the order in which to try them. @param taken all that the instance's disks have, also those that are on their way. */
  order(instanceId: string, taken: readonly string[]): string[] {
    const round = [...deviceNames.slice(this.#next), ...deviceNames.slice(0, this.#next)];
    const free = round.filter((name) => !taken.includes(name));
    const isBad = (name: string) => this.#bad.has(`${instanceId} ${name}`);
    return [...free.filter((name) => !isBad(name)), ...free.filter(isBad)];
  }

  /** The name was given to a disk: the next one gets another. */
  used(name: string): void {
    this.#next = (deviceNames.indexOf(name) + 1) % deviceNames.length;
  }

  refused(instanceId: string, name: string): void {
    this.#bad.add(`${instanceId} ${name}`);
    const [oldest] = this.#bad;
    if (this.#bad.size > mostBad && oldest !== undefined) this.#bad.delete(oldest);
  }
}
