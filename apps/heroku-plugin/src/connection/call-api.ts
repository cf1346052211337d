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
  const { url, response, bytes } = await exchange(configUrl, call);
  const answered = parseJson(bytes);
  if (!response.ok || answered === null) throw refusal(url, response, answered);
  return { body: answered as T, clockAheadMs: clockAhead(response.headers.get('date')) };
}

/** The same for what is no JSON. @throws ApiRefusal, ApiUnreachable. */
export async function readBytes(configUrl: string, call: Omit<ApiCall, 'method' | 'body'>): Promise<{ bytes: Buffer; headers: Headers }> {
  const { url, response, bytes } = await exchange(configUrl, { method: 'GET', ...call });
  if (!response.ok) throw refusal(url, response, parseJson(bytes));
  return { bytes, headers: response.headers };
}

async function exchange(
  configUrl: string,
  { method, path, body, timeoutMs }: ApiCall,
): Promise<{ url: URL; response: Response; bytes: Buffer }> {
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
    return { url, response, bytes: Buffer.from(await response.arrayBuffer()) };
  } catch (error) {
    throw new ApiUnreachable(describeFailure(url, error, timeoutMs));
  }
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

/**
 * HTTPS_PROXY and NO_PROXY, where this Node.js knows how (24.14 and later; before, NODE_USE_ENV_PROXY=1 does it from 22.21 on).
 * Loaded here because it takes 30 ms, and most commands call nobody.
 */
export async function useProxyOfEnvironment(): Promise<void> {
  const { setGlobalProxyFromEnv } = (await import('node:http')) as { setGlobalProxyFromEnv?: () => unknown };
  setGlobalProxyFromEnv?.();
}
