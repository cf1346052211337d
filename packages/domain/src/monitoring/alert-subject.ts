import { worstFirst, type Alert, type AlertGroup } from './alert-group.js';
import type { Incident } from './incident.js';
import { isOfAddon } from './rules.js';
import { sayRatio } from './say-amounts.js';

/**
 * The same for all that is told of one incident, so that mail programs keep it together: it names the threshold, not the value of the moment.
 * What follows the first message begins with `Re:`, as an answer does.
 */
export function alertSubject(group: AlertGroup): string {
  const alerts = worstFirst(group.alerts);
  const [worst] = alerts;
  if (!worst) return `[${group.appName ?? group.resourceName}] Alerts`;
  const others = alerts.length > 1 ? ` and ${alerts.length - 1} more` : '';
  const isFirst = alerts.some(({ kind }) => kind === 'fired' || kind === 'unstable');
  const subject = `[${group.appName ?? group.resourceName}] ${title(worst.incident)} on ${place(worst, group)}${others}`;
  // Names come from the customer's machine: a line break would be a header of its own.
  return `${isFirst ? '' : 'Re: '}${subject}`.replaceAll(/\p{Cc}+/gu, ' ');
}

function place({ hostIndex, incident }: Alert, { hostCount, resourceName }: AlertGroup): string {
  return hostCount > 1 && !isOfAddon(incident.rule) ? `host ${hostIndex + 1} of ${resourceName}` : resourceName;
}

function title({ rule, object, threshold }: Incident): string {
  switch (rule) {
    case 'memory':
      return `Memory above ${sayRatio(threshold)}`;
    case 'disk':
      return `Disk ${object} above ${sayRatio(threshold)}`;
    case 'inodes':
      return `Inodes of ${object} above ${sayRatio(threshold)}`;
    case 'disk-filling':
      return `Disk ${object} full within a day`;
    case 'oom-kill':
      return `${object} ran out of memory`;
    case 'restart-loop':
      return `${object} keeps restarting`;
    case 'unhealthy':
      return `${object} is unhealthy`;
    case 'host-silent':
      return 'No answer';
    case 'certificate':
      return 'TLS certificate ends soon';
    case 'logs-behind':
      return 'Logs are behind';
    case 'backup':
      return `No good backup of ${object}`;
  }
}
