// Readable output: every process has its colour and its prefix; JSON log lines become one short line.
const colours = {
  'local-cloud': 36,
  'partner-api': 32,
  'provisioner-worker': 35,
  'log-drain': 96,
  monitor: 95,
  postgres: 34,
  redis: 31,
  start: 33,
  demo: 33,
};
const width = 18;
const isColoured = process.stdout.isTTY && !process.env.NO_COLOR;

const paint = (code, text) => (isColoured ? `\u001b[${code}m${text}\u001b[0m` : text);

/** Prints one line of `name`. */
export function say(name, text) {
  process.stdout.write(`${paint(colours[name] ?? 37, name.padEnd(width))} ${text}\n`);
}

/** Fields that say what a line is about; the rest stays in the log file. */
const shown = ['resourceId', 'step', 'waitingFor', 'method', 'route', 'status', 'ms', 'action', 'id', 'instance', 'code', 'url', 'job'];
const quiet = new Set(['trace', 'debug']);

function render(line) {
  if (!line.startsWith('{')) return line;
  try {
    const entry = JSON.parse(line);
    if (quiet.has(entry.level)) return null;
    const fields = shown
      .filter((key) => entry[key] !== undefined)
      .map((key) => `${key}=${typeof entry[key] === 'object' ? JSON.stringify(entry[key]) : entry[key]}`);
    const trouble = entry.error?.message ? ` ${paint(31, entry.error.message)}` : '';
    const message =
      entry.level === 'error' || entry.level === 'fatal' ? paint(31, entry.msg) : entry.level === 'warn' ? paint(33, entry.msg) : entry.msg;
    return `${message}${trouble}${fields.length > 0 ? paint(90, ` ${fields.join(' ')}`) : ''}`;
  } catch {
    return line;
  }
}

/** Turns a stream of bytes into rendered, prefixed lines. */
export function printLines(name, stream) {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop();
    for (const line of lines) {
      const text = line.trim() === '' ? null : render(line);
      if (text !== null) say(name, text);
    }
  });
}
