/** What one process sees of its hosts, but for those that are known to be silent. */
export interface Sight {
  readonly hosts: number;
  /** Whose last look brought nothing. */
  readonly silent: number;
}

/** Fewer than this may well fail together. */
const leastHosts = 5;
/** Without any evidence people are told after this: late, but told. */
const unknownForMs = 10 * 60_000;

/** More than half of the hosts have fallen silent together: more likely our own network than all of them. */
export function isMassSilence({ hosts, silent }: Sight): boolean {
  return silent >= leastHosts && silent * 2 > hosts;
}

/** `process`: this one alone is cut off · `network`: ours, as a whole · `hosts`: it is them. */
export type Blame = 'process' | 'network' | 'hosts' | 'unknown';

/**
 * Whose fault a mass silence is. Hosts are shared out by chance, so whatever befalls them befalls every process's share alike: when others see theirs, this
 * process is blind. When nobody sees any, it is the hosts if the rest of the world can be reached.
 * @param others what the other living processes see. @param reachesOutside null: there is nothing to ask. @param sinceMs how long it has lasted.
 */
export function blameFor(others: readonly Sight[], reachesOutside: boolean | null, sinceMs: number): Blame {
  const hosts = others.reduce((sum, sight) => sum + sight.hosts, 0);
  const silent = others.reduce((sum, sight) => sum + sight.silent, 0);
  if (hosts >= leastHosts && !isMassSilence({ hosts, silent })) return 'process';
  if (reachesOutside !== null) return reachesOutside ? 'hosts' : 'network';
  return sinceMs >= unknownForMs ? 'hosts' : 'unknown';
}
