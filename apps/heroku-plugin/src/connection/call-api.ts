/** Answered, but not with what was asked for. `id` is the code of our error catalogue, or `http_<status>` from somebody in between. */
export class ApiRefusal extends Error {
  override readonly name = 'ApiRefusal';
  constructor(
    readonly status: number,
    readonly id: string,
    message: string,
    /** What `Retry-After` said, in milliseconds. */
    readonly retryAfterMs: number | null = null,
  ) {
    super(message);
  }

  /** The URL was rotated, or the add-on removed. */
  get isUnknownUrl(): boolean {
    return this.id === 'resource_not_found' || this.id === 'resource_gone';
  }
}

/** Not answered, or not in time. The message names the host and never the path, which is a secret. */
export class ApiUnreachable extends Error {
  override readonly name = 'ApiUnreachable';
}

export interface ApiAnswer<T> {
  readonly body: T;
  /** How far our clock is ahead of the server's, in milliseconds; 0 when it did not say. */
  readonly clockAheadMs: number;
}

interface ApiCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the capability URL, e.g. `/status`; empty for itself. */
  readonly path: string;
  readonly body?: object;
  readonly timeoutMs: number;
}

/**
 * One call below the capability URL, with nothing but the URL as credential: the user's Heroku token must never come here.
 * @throws ApiRefusal, ApiUnreachable.
 */
export async function callApi<T>(configUrl: string, call: ApiCall): Promise<ApiAnswer<T>> {
  const { url, response, received } = await exchange(configUrl, call, wholeBody);
  const answered = parseJson(received);
  if (!response.ok || answered === null) throw refusal(url, response, answered);
  return { body: answered as T, clockAheadMs: clockAhead(response.headers.get('date')) };
}

/**
 * The same for what is no JSON.
 * @param into where the bytes are put; no more than fit.
 * @returns how many came: more than fit if there are more.
 * @throws ApiRefusal, ApiUnreachable.
 */
export async function readBytes(
  configUrl: string,
  { into, ...call }: Omit<ApiCall, 'method' | 'body'> & { readonly into: Buffer },
): Promise<{ length: number; headers: Headers }> {
  const receive = (response: Response): Promise<number | Buffer> => (response.ok ? fill(into, response) : wholeBody(response));
  const { url, response, received } = await exchange(configUrl, { method: 'GET', ...call }, receive);
  if (typeof received !== 'number') throw refusal(url, response, parseJson(received));
  return { length: received, headers: response.headers };
}

async function exchange<T>(
  configUrl: string,
  { method, path, body, timeoutMs }: ApiCall,
  receive: (response: Response) => Promise<T>,
): Promise<{ url: URL; response: Response; received: T }> {
  const url = new URL(configUrl + path);
  await useProxyOfEnvironment();
  try {
    const response = await fetch(url, {
      method,
      // A redirect would carry the secret in the path to whoever it names.
      redirect: 'manual',
      headers: { accept: 'application/json', ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { url, response, received: await receive(response) };
  } catch (error) {
    throw new ApiUnreachable(describeFailure(url, error, timeoutMs));
  }
}

async function wholeBody(response: Response): Promise<Buffer> {
  return Buffer.from(await response.arrayBuffer());
}

/** Piece by piece as they come: `arrayBuffer()` takes half as long again. */
async function fill(into: Buffer, response: Response): Promise<number> {
  let length = 0;
  for await (const piece of response.body ?? []) {
    if (length + piece.length > into.length) return length + piece.length;
    into.set(piece, length);
    length += piece.length;
  }
  return length;
}

function refusal(url: URL, { status, headers }: Response, answered: object | null): ApiRefusal {
  const { id, message } = (answered ?? {}) as { id?: unknown; message?: unknown };
  const retryAfterMs = waitOf(headers.get('retry-after'));
  if (typeof id === 'string' && typeof message === 'string') return new ApiRefusal(status, id, message, retryAfterMs);
  return new ApiRefusal(
    status,
    `http_${String(status)}`,
    `${url.host} answered with HTTP status ${String(status)}. Try again in a minute.`,
    retryAfterMs,
  );
}

/** Seconds, or a date. */
function waitOf(header: string | null): number | null {
  if (header === null) return null;
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? null : Math.max(0, ms);
}

function parseJson(bytes: Buffer): object | null {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}

function clockAhead(date: string | null): number {
  const server = date === null ? Number.NaN : Date.parse(date);
  return Number.isNaN(server) ? 0 : Date.now() - server;
}

/** In words, from the code of the innermost error: `fetch failed` alone helps nobody. */
function describeFailure(url: URL, error: unknown, timeoutMs: number): string {
  const { name, cause } = error as { name?: string; cause?: { code?: string } };
  const code = cause?.code ?? '';
  if (name === 'TimeoutError')
    return `${url.host} did not answer within ${String(timeoutMs / 1_000)} s. Check your connection and try again.`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return `The name ${url.host} could not be looked up. Check your connection, DNS or VPN.`;
  if (code === 'ECONNREFUSED') return `${url.host} refused the connection. Try again in a minute; behind a proxy, set HTTPS_PROXY.`;
  if (/CERT|SELF_SIGNED|UNABLE_TO/.test(code)) {
    return `${url.host} shows a certificate that is not trusted (${code}). Does a proxy stand in between? Then set NODE_EXTRA_CA_CERTS.`;
  }
  return `${url.host} could not be reached${code === '' ? '' : ` (${code})`}. Check your connection and try again.`;
}

let proxies: Promise<void> | undefined;

/**
 * HTTPS_PROXY and NO_PROXY, where this Node.js knows how (24.14 and later; before, NODE_USE_ENV_PROXY=1 does it from 22.21 on).
 * Loaded here because it takes 30 ms, and most commands call nobody; once, since each time would be a new connection through the proxy.
 */
export function useProxyOfEnvironment(): Promise<void> {
  return (proxies ??= readProxies());
}

async function readProxies(): Promise<void> {
  const { setGlobalProxyFromEnv } = (await import('node:http')) as { setGlobalProxyFromEnv?: () => unknown };
  setGlobalProxyFromEnv?.();
}
