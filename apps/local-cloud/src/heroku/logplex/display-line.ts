/** One message as `heroku logs` shows it. */
export interface LogLine {
  readonly time: string;
  readonly app: string;
  readonly process: string;
  readonly text: string;
}

/** What tail sessions and drains can read: both the message id and structured data, single blanks between fields. */
const strict = /^<\d{1,3}>1 (\S+) (\S+) (\S+) (\S+) (\S+) (?:-|(?:\[(?:[^\]\\]|\\.)*\])+) ([^]*)$/;

/**
 * Reads a syslog message, or null when Logplex would take it (204) and show nothing, as with one dash in place of two.
 * The first occurrence of the token is replaced by the add-on's name, as Logplex does.
 */
export function parseLogLine(message: string, token: string, tokenName: string): LogLine | null {
  let end = message.length;
  while (end > 0 && message[end - 1] === '\n') end -= 1;
  const matched = strict.exec(message.slice(0, end).replace(token, () => tokenName));
  if (!matched) return null;
  const [, time = '', , app = '', process = '', , text = ''] = matched;
  return { time, app, process, text };
}

export function displayLine(line: LogLine): string {
  return `${line.time} ${line.app}[${line.process}]: ${line.text}`;
}
