import type { HostSource } from '@dockhero/database/host-source-store';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { MonitorMetrics } from '../monitor-metrics.js';

export function hostSource(hostId: string, patch: Partial<HostSource> = {}): HostSource {
  return {
    hostId,
    hostIndex: 0,
    hostCount: 1,
    resourceId: 'resource-1',
    resourceName: 'dockhero-flat-1',
    plan: 'hobby',
    address: '192.0.2.1',
    appName: 'shop',
    isChanging: false,
    ...patch,
  };
}

/** What parts get from outside: a clock that the test moves, metrics and a log of nobody. */
export class Outside {
  nowMs = Date.parse('2030-01-01T00:00:00Z');
  readonly metrics = new MonitorMetrics(new Registry());
  readonly logger = pino({ level: 'silent' });

  readonly now = (): Date => new Date(this.nowMs);
}
