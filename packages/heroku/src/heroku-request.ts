import { AppError, type ErrorCode } from '@dockhero/domain/errors';

export interface HerokuRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

const timeoutMs = 10_000;

/** Pages of one list, each of up to a thousand things: nothing of ours has as many. */
const pagesMax = 100;

/**
 * Sends one request and returns the parsed JSON body. Reads every status: 401/403 `heroku_forbidden`, 404/410 `heroku_addon_gone`,
 * 429 and 5xx and network trouble `heroku_unavailable`, other 4xx `heroku_rejected`. Neither headers nor bodies reach the error.
 */
export async function sendToHeroku(request: HerokuRequest): Promise<unknown> {
  return (await send(request)).body;
}

/**
 * Reads a list to its end: Heroku answers 206 and says in `Next-Range` what to ask for next.
 * @throws AppError as `sendToHeroku`; `heroku_unavailable` when it has no end or is no list.
 * @see Heroku Platform API reference, "Ranges"
 */
export async function readListFromHeroku(request: HerokuRequest): Promise<unknown[]> {
  const list: unknown[] = [];
  let range: string | null = null;
  for (let page = 0; page < pagesMax; page += 1) {
    const { body, nextRange } = await send(range === null ? request : { ...request, headers: { ...request.headers, range } });
    if (!Array.isArray(body)) throw new AppError('heroku_unavailable', { reason: 'answer is no list' });
    list.push(...(body as unknown[]));
    if (nextRange === null) return list;
    range = nextRange;
  }
  throw new AppError('heroku_unavailable', { reason: 'list without end' });
}

async function send({ method, url, headers, body }: HerokuRequest): Promise<{ body: unknown; nextRange: string | null }> {
  const action = `${method} ${new URL(url).pathname}`;
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      method,
      headers: { 'user-agent': 'dockhero-provider', ...headers },
      ...(body === undefined ? {} : { body }),
      signal: AbortSignal.timeout(timeoutMs),
      redirect: 'error',
    });
    text = await response.text();
  } catch (cause) {
    throw new AppError('heroku_unavailable', { action }, { cause });
  }
  if (!response.ok) throw new AppError(codeFor(response.status), { action, status: response.status, herokuId: errorId(text) });
  return { body: parse(text), nextRange: response.status === 206 ? response.headers.get('next-range') : null };
}

function codeFor(status: number): ErrorCode {
  if (status === 401 || status === 403) return 'heroku_forbidden';
  if (status === 404 || status === 410) return 'heroku_addon_gone';
  if (status === 429 || status >= 500) return 'heroku_unavailable';
  return 'heroku_rejected';
}

function parse(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch (cause) {
    throw new AppError('heroku_unavailable', { reason: 'answer is not JSON' }, { cause });
  }
}

/** Heroku's error word, such as `unauthorized`; never its text. */
function errorId(text: string): string | null {
  try {
    const { id } = JSON.parse(text) as { id?: unknown };
    return typeof id === 'string' ? id : null;
  } catch {
    return null;
  }
}
