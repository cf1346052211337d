import type { ContainerDetails, EngineEvent } from '@dockhero/docker/container-watch';
import type { Severity } from '../deliver/batch.js';
import { timeToMs } from './log-time.js';

const sameStartMs = 500;

export interface LifecycleLine {
  readonly severity: Severity;
  readonly text: string;
}

/** How a container ended. `exitCode` is null when nobody told it. */
export interface Ended extends Pick<ContainerDetails, 'isOutOfMemory' | 'error'> {
  readonly exitCode: number | null;
}

/** @param name as customers see it, without `dockhero.` */
export function endedLine(name: string, { exitCode, isOutOfMemory, error }: Ended): LifecycleLine {
  const severity = exitCode === 0 ? 'info' : 'error';
  const why = isOutOfMemory ? ' (out of memory: killed)' : '';
  if (error !== '') return { severity: 'error', text: `${name} could not be started: ${error}` };
  const how = exitCode === null ? 'exited and was started again; its exit code is not known' : `exited with code ${String(exitCode)}`;
  return { severity, text: `${name} ${how}${why}` };
}

/** What a gap has swallowed. `isAll` false: there may be more. */
export interface Lost {
  readonly count: number;
  readonly isAll: boolean;
}

/** @param lost null when nobody counted. @param lastAt the last line delivered; empty for none. @param nextAt the next that is there. */
export function lostText(lost: Lost | null, lastAt: string, nextAt: string): string {
  const where = lastAt === '' ? `before ${nextAt}` : `between ${lastAt} and ${nextAt}`;
  if (!lost) return `dockhero: an unknown number of lines lost ${where}`;
  return `dockhero: ${lost.isAll ? '' : 'at least '}${String(lost.count)} ${lost.count === 1 ? 'line' : 'lines'} lost ${where}`;
}

/** An event tells of a start within moments of what Docker notes of it, and to the millisecond. */
export function isSameStart(at: string, knownAt: string): boolean {
  return at === knownAt || (knownAt.endsWith('000000Z') && Math.abs(timeToMs(at) - timeToMs(knownAt)) < sameStartMs);
}

/** What an event of the engine is worth telling; null for those that a container's own state tells better. */
export function eventLine(event: EngineEvent, nameOf: (containerId: string) => string | null): LifecycleLine | null {
  if (event.type === 'image') return event.action === 'pull' ? { severity: 'info', text: `image pulled: ${event.id}` } : null;
  const name = nameOf(event.id) ?? event.attributes['name'] ?? event.id.slice(0, 12);
  if (event.action === 'health_status') {
    if (event.detail === 'unhealthy') return { severity: 'error', text: `${name} is unhealthy: its health check fails` };
    return event.detail === 'healthy' ? { severity: 'info', text: `${name} is healthy` } : null;
  }
  return event.action === 'oom' ? { severity: 'error', text: `${name} ran out of memory` } : null;
}
