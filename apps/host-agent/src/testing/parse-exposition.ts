/** Reads Prometheus' text format as its documentation says, and nothing that is not that. Key: name and labels as JSON. */
export function parseExposition(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  if (text !== '' && !text.endsWith('\n')) throw new Error('the last line has no end');
  const finished = new Set<string>();
  let family = '';
  for (const line of text.split('\n').filter((entry) => entry !== '')) {
    const [, type] = /^# TYPE ([a-z_A-Z0-9:]+) (?:gauge|counter)$/.exec(line) ?? [];
    if (type !== undefined) {
      finished.add(family);
      family = type;
      if (finished.has(type)) throw new Error(`${type} comes twice`);
      continue;
    }
    const [, name = '', labels = '', value] = /^([a-z_A-Z0-9:]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (name !== family || value === undefined) throw new Error(`not a sample of ${family}: ${line}`);
    const key = sampleKey(name, parseLabels(labels));
    if (samples.has(key)) throw new Error(`${key} comes twice`);
    samples.set(key, Number(value));
  }
  return samples;
}

export function sampleKey(name: string, labels: Readonly<Record<string, string>> = {}): string {
  return `${name} ${JSON.stringify(labels)}`;
}

function parseLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  let rest = text;
  while (rest !== '') {
    const [whole, name, value] = /^([a-z_A-Z0-9]+)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/.exec(rest) ?? [];
    if (whole === undefined || name === undefined || value === undefined) throw new Error(`not labels: ${rest}`);
    labels[name] = value.replaceAll(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter));
    rest = rest.slice(whole.length);
  }
  return labels;
}
