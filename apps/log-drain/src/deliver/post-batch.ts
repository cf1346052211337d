import { Agent as HttpAgent, request as requestHttp, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import type { Secret } from '@dockhero/domain/secret';

/** What became of one POST. */
export type PostResult =
  | { readonly kind: 'taken' }
  /** Not answered, or 429 or 5xx: the same again, later. */
  | { readonly kind: 'later'; readonly why: string; readonly afterMs: number }
  /** 401, 403, 404, 410: this URL is not (or no longer) a log input. */
  | { readonly kind: 'refused'; readonly status: number }
  /** Another 4xx: something in this batch is not to Logplex's liking. */
  | { readonly kind: 'malformed'; readonly status: number };

const requestMs = 10_000;
/** A Logplex that asks for more patience than this gets this much. */
const retryAfterMaxMs = 30_000;
const refusals = new Set([401, 403, 404, 410]);

/** Posts batches, over connections that stay open. One for the process. */
export class LogplexClient {
  readonly #http = new HttpAgent({ keepAlive: true, maxFreeSockets: 1_000 });
  readonly #https = new HttpsAgent({ keepAlive: true, maxFreeSockets: 1_000 });

  /**
   * One POST. Never rejects.
   * @param frameId the same for each repetition: Logplex's receivers can tell a repetition by it.
   * @see partner API spec, sections 7.2 and 7.3
   */
  async post(url: Secret, body: Buffer, count: number, frameId: string, signal?: AbortSignal): Promise<PostResult> {
    const target = readTarget(url);
    // The words of its error would hold the URL, which is a secret.
    if (!target) return { kind: 'refused', status: 0 };
    const isHttps = target.url.protocol === 'https:';
    const options: RequestOptions = {
      method: 'POST',
      agent: isHttps ? this.#https : this.#http,
      auth: target.auth,
      timeout: requestMs,
      ...(signal ? { signal } : {}),
      headers: {
        'content-type': 'application/logplex-1',
        'content-length': body.length,
        'user-agent': 'dockhero-log-drain',
        'logplex-msg-count': count,
        'logplex-frame-id': frameId,
      },
    };
    return await new Promise((resolve) => {
      const request = (isHttps ? requestHttps : requestHttp)(target.url, options);
      settle(request, resolve);
      request.end(body);
    });
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }
}

/** Null for what is no URL of HTTP. */
function readTarget(secret: Secret): { url: URL; auth: string } | null {
  const url = URL.parse(secret.reveal());
  if (!url || !['http:', 'https:'].includes(url.protocol)) return null;
  try {
    const auth = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    url.username = '';
    url.password = '';
    return { url, auth };
  } catch {
    return null;
  }
}

function settle(request: ClientRequest, resolve: (result: PostResult) => void): void {
  // The socket's time-out restarts with each byte; this one does not.
  const timer = setTimeout(() => request.destroy(new Error('timeout')), requestMs);
  const finish = (result: PostResult): void => {
    clearTimeout(timer);
    resolve(result);
  };
  request.on('error', (error: NodeJS.ErrnoException) => finish({ kind: 'later', why: error.code ?? error.message, afterMs: 0 }));
  request.on('timeout', () => request.destroy(new Error('timeout')));
  let isAnswered = false;
  // An answer of 101 ends it with neither an error nor a response, and what has ended already no timer can end.
  request.on('close', () => {
    if (!isAnswered) finish({ kind: 'later', why: 'no answer', afterMs: 0 });
  });
  request.on('response', (response) => {
    isAnswered = true;
    response.resume();
    response.on('error', (error: NodeJS.ErrnoException) => finish({ kind: 'later', why: error.code ?? error.message, afterMs: 0 }));
    response.on('end', () => finish(judge(response)));
  });
}

function judge(response: IncomingMessage): PostResult {
  const status = response.statusCode ?? 0;
  if (status >= 200 && status < 300) return { kind: 'taken' };
  if (refusals.has(status)) return { kind: 'refused', status };
  if (status >= 400 && status < 500 && status !== 408 && status !== 429) return { kind: 'malformed', status };
  const seconds = Number(response.headers['retry-after'] ?? 0);
  return {
    kind: 'later',
    why: `status ${String(status)}`,
    afterMs: Math.min(retryAfterMaxMs, (Number.isNaN(seconds) ? 0 : seconds) * 1_000),
  };
}
