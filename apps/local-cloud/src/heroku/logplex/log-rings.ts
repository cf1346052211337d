import { displayLine, type LogLine } from './display-line.js';
import type { LogCheck } from './log-check.js';
import { LogTraffic, type TakenBatch, type TrafficReport } from './log-traffic.js';

/** Lines Logplex keeps per app. */
const linesMax = 1_500;

export interface LogFilter {
  /** `app` or `heroku`: the name before the bracket. */
  readonly source?: string | undefined;
  /** A process (`web.1`) or a type of them (`web`). */
  readonly dyno?: string | undefined;
}

interface Ring {
  lines: LogLine[];
  followers: Set<(line: LogLine) => void>;
  received: number;
  undisplayed: number;
  readonly traffic: LogTraffic;
  check: LogCheck | null;
}

export interface LogReport extends TrafficReport {
  /** The last ones, as `heroku logs` shows them. */
  readonly lines: string[];
  /** All messages ever, displayed or not. */
  readonly received: number;
  /** Messages that Logplex took and that nobody can ever see. */
  readonly undisplayed: number;
}

/** The last lines of every app, and those who follow them. In memory: a restart forgets them. */
export class LogRings {
  #rings = new Map<string, Ring>();

  /** Adds lines in order; null counts a message that Logplex takes but cannot show. */
  add(appId: string, lines: readonly (LogLine | null)[], batch: TakenBatch): void {
    const ring = this.#ring(appId);
    ring.traffic.count(batch);
    ring.received += lines.length;
    for (const line of lines) {
      if (line === null) {
        ring.undisplayed += 1;
        continue;
      }
      ring.lines.push(line);
      ring.check?.see(line);
      for (const follow of ring.followers) follow(line);
    }
    if (ring.lines.length > 2 * linesMax) ring.lines = ring.lines.slice(-linesMax);
  }

  /** The newest `count` lines that match, oldest first. */
  tail(appId: string, count: number, filter: LogFilter): LogLine[] {
    const kept = this.#ring(appId).lines.slice(-linesMax);
    return kept.filter((line) => matchesFilter(line, filter)).slice(-Math.min(count, linesMax));
  }

  /** Calls back for every new line. @returns a function that ends this. */
  follow(appId: string, follower: (line: LogLine) => void): () => void {
    const ring = this.#ring(appId);
    ring.followers.add(follower);
    return () => void ring.followers.delete(follower);
  }

  /** Everything a test wants to know about an app's log. */
  report(appId: string): LogReport {
    const { lines, received, undisplayed, traffic } = this.#ring(appId);
    return { lines: lines.slice(-linesMax).map(displayLine), received, undisplayed, ...traffic.report };
  }

  /** From now on `check` sees every line of the app that can be displayed, in place of another; null ends it. */
  watch(appId: string, check: LogCheck | null): void {
    this.#ring(appId).check = check;
  }

  checkOf(appId: string): LogCheck | null {
    return this.#ring(appId).check;
  }

  forget(appId: string): void {
    this.#rings.delete(appId);
  }

  clear(): void {
    this.#rings.clear();
  }

  #ring(appId: string): Ring {
    const known = this.#rings.get(appId);
    if (known) return known;
    const ring = {
      lines: [],
      followers: new Set<(line: LogLine) => void>(),
      received: 0,
      undisplayed: 0,
      traffic: new LogTraffic(),
      check: null,
    };
    this.#rings.set(appId, ring);
    return ring;
  }
}

export function matchesFilter(line: LogLine, filter: LogFilter): boolean {
  if (filter.source !== undefined && line.app !== filter.source) return false;
  return filter.dyno === undefined || line.process === filter.dyno || line.process.startsWith(`${filter.dyno}.`);
}
