/** The start of a message that Logplex can display. */
export const head = '<190>1 2026-01-01T00:00:00.000000+00:00 dockhero app web.1 - - ';

/** One frame with its length in bytes, or with a wrong one. */
export function frame(message: string, length = Buffer.byteLength(message)): string {
  return `${String(length)} ${message}`;
}

/** Sends one batch as a log drain would. @param url a log input URL, credentials included. @throws when the connection is cut or `signal` ends it. */
export async function postLogs(
  url: string,
  body: string | Buffer,
  headers: Record<string, string> = {},
  signal = AbortSignal.timeout(5_000),
): Promise<{ status: number; text: string; headers: Headers }> {
  const { username, password, origin, pathname } = new URL(url);
  const response = await fetch(`${origin}${pathname}`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
      'content-type': 'application/logplex-1',
      ...headers,
    },
    body: typeof body === 'string' ? Buffer.from(body) : new Uint8Array(body),
    signal,
  });
  return { status: response.status, text: await response.text(), headers: response.headers };
}
