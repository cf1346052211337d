import { request } from 'node:http';

export interface PluginAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A call as dockerd makes it. @throws Error when the connection is cut. */
export function askPlugin(socketPath: string, method: string, body?: object, signal?: AbortSignal): Promise<PluginAnswer> {
  const text = body === undefined ? '' : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const headers = { host: '', 'content-length': Buffer.byteLength(text), accept: 'application/vnd.docker.plugins.v1.2+json' };
    const options = { socketPath, method: 'POST', path: `/${method}`, headers, agent: false, ...(signal ? { signal } : {}) };
    const sent = request(options, (response) => {
      let answer = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
      response.once('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(answer) as PluginAnswer['body'] }));
      response.once('error', reject);
    });
    sent.once('error', reject).end(text);
  });
}
