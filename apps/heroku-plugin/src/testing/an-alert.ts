import type { Alert } from '@dockhero/contracts/monitoring-api';

/** Memory that fires, seen at 11:35 of 26 November 2026 first. */
export function anAlert(change: Partial<Alert>): Alert {
  return {
    id: '0f6f2c54-3a4b-4d0e-9d5b-1c2d3e4f5a6b',
    rule: 'memory',
    object: 'host',
    host: 1,
    state: 'firing',
    level: 'warning',
    since: '2026-11-26T11:35:00.000Z',
    fired_at: '2026-11-26T11:36:00.000Z',
    resolved_at: null,
    value: 0.93,
    peak: 0.95,
    threshold: 0.9,
    unstable: false,
    silenced: false,
    sentence: 'The memory of the host is 93 % in use.',
    ...change,
  };
}
