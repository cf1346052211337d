import { Counter, Gauge, register, type Registry } from 'prom-client';

/** What operators see of the monitor, at `/metrics`. */
export class MonitorMetrics {
  readonly samples: Counter;
  readonly missed: Counter<'why'>;
  readonly historyLost: Counter;
  readonly transitions: Counter<'kind'>;
  readonly deliveries: Counter<'channel' | 'outcome'>;
  readonly braked: Counter;
  readonly newRelic: Counter<'outcome'>;
  readonly hosts: Gauge;
  readonly agents: Gauge<'sha256'>;
  readonly oldestSample: Gauge;
  readonly massSilence: Gauge;

  constructor(registry: Registry = register) {
    const counter = <Label extends string>(name: string, help: string, labelNames: Label[] = []) =>
      new Counter<Label>({ name: `dockhero_monitor_${name}_total`, help, labelNames, registers: [registry] });
    const gauge = (name: string, help: string) => new Gauge({ name: `dockhero_monitor_${name}`, help, registers: [registry] });
    this.samples = counter('samples', 'Looks at hosts that brought a sample');
    this.missed = counter('missed', 'Looks that brought nothing, by reason: unreachable, unreadable, ours', ['why']);
    this.historyLost = counter('history_lost', 'Samples that the history never got');
    this.transitions = counter('transitions', 'Changes of incidents that people are told of, by kind', ['kind']);
    this.deliveries = counter('deliveries', 'Attempts to deliver a message, by channel and outcome', ['channel', 'outcome']);
    this.braked = counter('braked_mails', 'Times that a mail was held back because too many were sent');
    this.newRelic = counter('new_relic_posts', 'POSTs to New Relic, by outcome', ['outcome']);
    this.hosts = gauge('hosts', 'Hosts held by this process');
    this.agents = new Gauge({
      name: 'dockhero_monitor_agents',
      help: 'Hosts held by this process that have answered, by the digest of their agent',
      labelNames: ['sha256'],
      registers: [registry],
    });
    this.massSilence = gauge('mass_silence', '1 while most hosts of this process have fallen silent together');
    this.oldestSample = gauge('oldest_sample_seconds', 'Age of the oldest latest sample among hosts that answer');
  }
}
