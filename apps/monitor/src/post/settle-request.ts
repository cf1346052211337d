import type { ClientRequest } from 'node:http';

export interface Answer {
  readonly status: number;
  /** What `Retry-After` asks for; null when it does not, or with a date. */
  readonly retryAfterMs: number | null;
  /** Its beginning. */
  readonly text: string;
}

const textMax = 1_000;
const answerBytesMax = 64 * 1024;
/** Whoever asks for more patience gets this much. */
const retryAfterMaxMs = 24 * 3_600_000;

/** The answer to a request that is about to be sent, as far as it came within `limitMs`. @throws Error of the connection, or when nothing has come by then. */
export async function settle(request: ClientRequest, limitMs: number): Promise<Answer> {
  // The socket's time-out restarts with each byte; this one does not.
  const timer = setTimeout(() => request.destroy(new Error(`no answer within ${String(limitMs / 1_000)} s`)), limitMs);
  try {
    return await new Promise<Answer>((resolve, reject) => {
      let isAnswered = false;
      request.on('error', (error) => {
        if (!isAnswered) reject(error);
      });
      // 101 Switching Protocols ends it without an error or a response, and what has ended already no timer can end.
      request.on('close', () => {
        if (!isAnswered) reject(new Error('the connection ended without an answer'));
      });
      request.on('response', (response) => {
        isAnswered = true;
        let text = '';
        let bytes = 0;
        const seconds = Number(response.headers['retry-after'] ?? 'none');
        const retryAfterMs = Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds * 1_000, retryAfterMaxMs) : null;
        const finish = (): void => resolve({ status: response.statusCode ?? 0, retryAfterMs, text: text.slice(0, textMax) });
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (text.length < textMax) text += chunk.toString('utf8');
          // The status is what counts; nobody needs to send us a film.
          if (bytes > answerBytesMax) {
            finish();
            request.destroy();
          }
        });
        // One that breaks off, or does not end in time, has said all the same whether it was taken: the same again would come twice.
        response.on('error', finish);
        response.on('end', finish);
      });
    });
  } finally {
    clearTimeout(timer);
  }
}
