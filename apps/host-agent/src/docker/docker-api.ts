import { request, type IncomingMessage } from 'node:http';

/** Debian 12's engine speaks up to 1.41, and newer ones still take it. */
const apiVersion = 'v1.41';
const answerTimeoutMs = 10_000;
/** Far above any list of a host; a bound, so that a broken engine cannot fill our memory. */
const maxAnswerBytes = 32 * 2 ** 20;

/** The host's Docker Engine over its Unix socket. */
export class DockerApi {
  constructor(private readonly socketPath: string) {}

  /** @throws Error when Docker does not answer in time, or refuses: the status and its words. */
  async call(method: 'GET' | 'POST' | 'DELETE', path: string, timeoutMs = answerTimeoutMs, body?: object): Promise<unknown> {
    const text = await this.text(method, path, timeoutMs, body);
    return text === '' ? null : (JSON.parse(text) as unknown);
  }

  /** The answer as it is. @throws as `call`. */
  async text(method: 'GET' | 'POST' | 'DELETE', path: string, timeoutMs = answerTimeoutMs, body?: object): Promise<string> {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await this.#open(method, path, signal, body);
    const text = await readAll(response);
    // What a command prints has no length: cut off by us, it looks like its end.
    signal.throwIfAborted();
    const status = response.statusCode ?? 0;
    if (status < 200 || status > 299) throw new Error(`Docker answers ${status} to ${method} ${path}: ${text.slice(0, 200)}`);
    return text;
  }

  /** Follows an endless answer, one JSON object per line, until it ends. @throws Error when it cannot be opened, or breaks. */
  async follow(path: string, signal: AbortSignal, onObject: (object: unknown) => void): Promise<void> {
    // Headers come at once even if no event does.
    const opening = new AbortController();
    const timer = setTimeout(() => opening.abort(new Error('Docker does not answer')), answerTimeoutMs);
    const abort = (): void => opening.abort(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    try {
      const response = await this.#open('GET', path, opening.signal);
      clearTimeout(timer);
      if (response.statusCode !== 200) throw new Error(`Docker answers ${response.statusCode} to GET ${path}`);
      await eachLine(response, (line) => onObject(JSON.parse(line)));
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    }
  }

  #open(method: string, path: string, signal: AbortSignal, body?: object): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const text = body === undefined ? '' : JSON.stringify(body);
      const typed = body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
      const options = {
        socketPath: this.socketPath,
        method,
        path: `/${apiVersion}${path}`,
        headers: { host: 'docker', ...typed },
        agent: false,
        signal,
      };
      request(options, resolve).once('error', reject).end(text);
    });
  }
}

async function readAll(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxAnswerBytes) throw new Error('Docker answers with too much');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function eachLine(response: IncomingMessage, onLine: (line: string) => void): Promise<void> {
  let rest = '';
  response.setEncoding('utf8');
  for await (const chunk of response as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > maxAnswerBytes) throw new Error('Docker sends a line without an end');
    for (const line of lines) if (line.trim() !== '') onLine(line);
  }
}
