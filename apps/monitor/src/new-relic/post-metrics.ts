import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Secret } from '@dockhero/domain/secret';
import { settle } from '../post/settle-request.js';

const compress = promisify(gzip);
const postMs = 15_000;
/** As sent, in bytes: the Metric API's limit. */
export const bodyBytesMax = 1_000_000;

const endpoints = {
  us: 'https://metric-api.newrelic.com/metric/v1',
  eu: 'https://metric-api.eu.newrelic.com/metric/v1',
} as const;
export type NewRelicRegion = keyof typeof endpoints;

export type MetricsOutcome =
  | { readonly kind: 'taken' }
  /** Compressed it is still too large: in two halves. */
  | { readonly kind: 'too-large' }
  /** 408, 429, 5xx, or no answer: the same again. */
  | { readonly kind: 'later'; readonly error: string; readonly afterMs: number }
  /** The key is wrong, or has no right to send metrics. */
  | { readonly kind: 'forbidden' }
  /** Another refusal: the same again would be refused again. */
  | { readonly kind: 'refused'; readonly error: string };

/** New Relic's Metric API. @param override an endpoint for both regions, for tests. */
export class NewRelicMetrics {
  constructor(private readonly override?: string) {}

  /** One POST. Never rejects. */
  async post({ key, region }: { readonly key: Secret; readonly region: NewRelicRegion }, body: string): Promise<MetricsOutcome> {
    const bytes = await compress(body);
    if (bytes.length > bodyBytesMax) return { kind: 'too-large' };
    const url = new URL(this.override ?? endpoints[region]);
    const options = {
      method: 'POST',
      agent: false,
      headers: {
        'api-key': key.reveal(),
        'content-type': 'application/json',
        'content-encoding': 'gzip',
        'content-length': bytes.length,
        'user-agent': 'dockhero-monitor',
      },
    };
    try {
      const request = url.protocol === 'https:' ? requestHttps(url, options) : requestHttp(url, options);
      const answered = settle(request, postMs);
      request.end(bytes);
      return judge(await answered);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      return { kind: 'later', error: code ?? message, afterMs: 0 };
    }
  }
}

function judge({ status, retryAfterMs, text }: Awaited<ReturnType<typeof settle>>): MetricsOutcome {
  if (status >= 200 && status < 300) return { kind: 'taken' };
  if (status === 401 || status === 403) return { kind: 'forbidden' };
  if (status === 413) return { kind: 'too-large' };
  const error = `status ${String(status)}`;
  if (status === 408 || status === 429 || status >= 500) return { kind: 'later', error, afterMs: retryAfterMs ?? 0 };
  return { kind: 'refused', error: `${error} ${text.slice(0, 200)}`.trim() };
}
