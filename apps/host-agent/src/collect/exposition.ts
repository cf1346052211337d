export type Labels = Readonly<Record<string, string>>;
type MetricType = 'gauge' | 'counter';

/** Text format 0.0.4 of Prometheus. Samples of one name stay together whatever the order of `add`, as the format demands. */
export class Exposition {
  readonly #families = new Map<string, { type: MetricType; lines: string[] }>();

  gauge(name: string, value: number | null, labels: Labels = {}): void {
    this.#add('gauge', name, value, labels);
  }

  counter(name: string, value: number | null, labels: Labels = {}): void {
    this.#add('counter', name, value, labels);
  }

  toString(): string {
    const families = [...this.#families].map(([name, { type, lines }]) => `# TYPE ${name} ${type}\n${lines.join('\n')}\n`);
    return families.join('');
  }

  /** @param value null: not known, so not said. */
  #add(type: MetricType, name: string, value: number | null, labels: Labels): void {
    if (value === null || !Number.isFinite(value)) return;
    const family = this.#families.get(name) ?? { type, lines: [] };
    this.#families.set(name, family);
    const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escapeLabel(text)}"`);
    family.lines.push(`${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}`);
  }
}

/** Names of containers, volumes and mounts are the customer's: any text. */
function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
