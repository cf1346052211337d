import { Counter, Gauge, register, type Registry } from 'prom-client';

/** What operators see of the drain, at `/metrics`. */
export class DrainMetrics {
  readonly lines: Counter;
  readonly bytes: Counter;
  readonly batches: Counter;
  readonly lost: Counter<'reason'>;
  readonly gaps: Counter;
  readonly retries: Counter<'why'>;
  readonly reconnects: Counter<'why'>;
  readonly streams: Gauge;
  readonly hosts: Gauge;
  readonly bufferBytes: Gauge;
  readonly lag: Gauge<'resource'>;
  readonly refused: Gauge;

  constructor(registry: Registry = register) {
    const counter = <Label extends string>(name: string, help: string, labelNames: Label[] = []) =>
      new Counter<Label>({ name: `dockhero_log_${name}_total`, help, labelNames, registers: [registry] });
    const gauge = <Label extends string>(name: string, help: string, labelNames: Label[] = []) =>
      new Gauge<Label>({ name: `dockhero_log_${name}`, help, labelNames, registers: [registry] });
    this.lines = counter('lines', 'Lines that Logplex has taken');
    this.bytes = counter('bytes', 'Bytes that Logplex has taken, framing included');
    this.batches = counter('batches', 'Batches that Logplex has taken');
    this.lost = counter('lost', 'Lines known to be lost, by reason', ['reason']);
    this.gaps = counter('gaps', 'Places where a log was rotated away before it was read');
    this.retries = counter('retries', 'POSTs that had to be repeated, by reason', ['why']);
    this.reconnects = counter('reconnects', 'Log streams that broke off, by reason', ['why']);
    this.streams = gauge('streams', 'Containers being followed');
    this.hosts = gauge('hosts', 'Hosts held by this process');
    this.bufferBytes = gauge('buffer_bytes', 'Memory of batches, in bytes');
    this.lag = gauge('lag_seconds', 'Age of the oldest line that is not delivered, by resource; only those that are late', ['resource']);
    this.refused = gauge('refused_inputs', 'Resources without a log input that Heroku takes');
  }
}
