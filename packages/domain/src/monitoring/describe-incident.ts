import type { Incident } from './incident.js';
import { sayDuration } from './say-amounts.js';

type Described = Pick<Incident, 'rule' | 'object' | 'state' | 'value' | 'peak'>;

/**
 * What is, or was, wrong: one sentence for people, without the time.
 * @param host how the host is called: `host 2`, or `the host` where there is but one.
 */
export function describeIncident(incident: Described, host: string): string {
  return incident.state === 'resolved' ? past(incident, host) : present(incident, host);
}

function present({ rule, object, value, peak }: Described, host: string): string {
  switch (rule) {
    case 'memory':
      return `The memory of ${host} is ${percent(value)} in use${worse(value, peak)}.`;
    case 'disk':
      return `The disk ${object} of ${host} is ${percent(value)} full${worse(value, peak)}.`;
    case 'inodes':
      return `The disk ${object} of ${host} has ${percent(value)} of its inodes in use${worse(value, peak)}: too many small files.`;
    case 'disk-filling':
      return `The disk ${object} of ${host} will be full within a day if it goes on filling up as it does.`;
    case 'oom-kill':
      return `A process of ${object} on ${host} was killed because memory ran out.`;
    case 'restart-loop':
      return `${object} on ${host} keeps restarting: ${String(Math.round(value))} starts in 10 minutes.`;
    case 'unhealthy':
      return `The health check of ${object} on ${host} fails.`;
    case 'host-silent':
      return `${capital(host)} does not answer: nothing is known of its memory, disks and containers.`;
    case 'certificate':
      return `The TLS certificate of ${host} ends soon: within 14 days.`;
    case 'logs-behind':
      return `The log of the app is ${sayDuration(value)} behind: what containers print arrives late.`;
    case 'backup':
      return `The volume ${object} has had no good backup for ${sayDuration(value)}.`;
  }
}

function past({ rule, object, peak }: Described, host: string): string {
  switch (rule) {
    case 'memory':
      return `The memory of ${host} was up to ${percent(peak)} in use.`;
    case 'disk':
      return `The disk ${object} of ${host} was up to ${percent(peak)} full.`;
    case 'inodes':
      return `The disk ${object} of ${host} had up to ${percent(peak)} of its inodes in use.`;
    case 'disk-filling':
      return `The disk ${object} of ${host} was about to be full within a day.`;
    case 'oom-kill':
      return `A process of ${object} on ${host} was killed because memory ran out.`;
    case 'restart-loop':
      return `${object} on ${host} kept restarting: up to ${String(Math.round(peak))} starts in 10 minutes.`;
    case 'unhealthy':
      return `The health check of ${object} on ${host} failed.`;
    case 'host-silent':
      return `${capital(host)} did not answer.`;
    case 'certificate':
      return `The TLS certificate of ${host} was about to end.`;
    case 'logs-behind':
      return `The log of the app was up to ${sayDuration(peak)} behind.`;
    case 'backup':
      return `The volume ${object} had no good backup for ${sayDuration(peak)}.`;
  }
}

/** Rounded down, so that 99.6 % is not called full; the edge of a threshold is at whole per cents. */
function percent(ratio: number): string {
  return `${String(Math.floor(ratio * 100 + 1e-9))} %`;
}

function worse(value: number, peak: number): string {
  return percent(peak) === percent(value) ? '' : `, and was up to ${percent(peak)}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
