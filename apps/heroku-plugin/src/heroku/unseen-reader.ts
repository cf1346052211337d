import { useProxyOfEnvironment } from '../connection/call-api.js';
import { UnansweredError } from '../connection/explain-refusal.js';
import { PluginError } from '../plugin-error.js';
import type { HerokuReader } from './heroku-reader.js';

export interface UnseenOptions {
  /** Heroku's own API, e.g. `https://api.heroku.com`: the token is sent there. */
  readonly apiUrl: string;
  readonly token: string | undefined;
  /** For all reads together. */
  readonly timeoutMs: number;
  /** For the message. */
  readonly appName: string;
}

/**
 * Reads Heroku's API while nobody waits for it. Not by the CLI's client: that one retries for long, and asks the person for a login or a second
 * factor when Heroku wants one.
 * @throws UnansweredError when Heroku cannot be asked in time, or wants more than the token; PluginError when it does not show the app to this login.
 */
export function unseenReader({ apiUrl, token, timeoutMs, appName }: UnseenOptions): HerokuReader {
  const signal = AbortSignal.timeout(timeoutMs);
  return async ({ path, headers = {} }) => {
    if (token === undefined) throw new UnansweredError('Nobody is logged in to Heroku here.');
    const { status, body } = await get(new URL(path, apiUrl), { ...headers, authorization: `Bearer ${token}` }, signal);
    if (status === 200) return body;
    if (status === 404 || (status === 403 && (body as { id?: unknown } | null)?.id === 'forbidden')) {
      throw new PluginError(`Heroku knows no app ${appName}, or does not show it to you. See whose login this is: heroku auth:whoami`);
    }
    throw new UnansweredError(`Heroku answered with HTTP status ${String(status)}.`);
  };
}

async function get(url: URL, headers: Record<string, string>, signal: AbortSignal): Promise<{ status: number; body: unknown }> {
  await useProxyOfEnvironment();
  try {
    // A redirect would carry the token to whoever it names.
    const response = await fetch(url, {
      headers: { accept: 'application/vnd.heroku+json; version=3', ...headers },
      redirect: 'manual',
      signal,
    });
    return { status: response.status, body: await response.json().catch(() => null) };
  } catch {
    throw new UnansweredError('Heroku did not answer in time.');
  }
}
