import { createHmac } from 'node:crypto';
import type { HerokuContext } from '../context.js';
import type { Settled } from '../partner/durable-outbox.js';
import type { Delivery, Webhook } from '../state/records.js';

const answerMsMax = 10_000;

/** Signature of a webhook's raw body, the value of `Heroku-Webhook-Hmac-SHA256`. */
export function signWebhook(secret: string, body: string): string {
  return createHmac('sha256', secret).update(body).digest('base64');
}

/** Makes one attempt at a webhook. Level `notify` gets no second one. */
export async function settleWebhook(heroku: HerokuContext, delivery: Delivery, stop: AbortSignal): Promise<Settled> {
  const webhook = heroku.store.webhooks.get(delivery.webhookId ?? '');
  const body = delivery.body;
  if (!webhook || body === null) return 'done';
  let delivered = false;
  for (let i = 0; i < heroku.switches.repeatWebhooks; i += 1) delivered = (await post(heroku, webhook, body, stop)) || delivered;
  return delivered || webhook.level === 'notify' ? 'done' : 'again';
}

async function post(heroku: HerokuContext, webhook: Webhook, body: string, stop: AbortSignal): Promise<boolean> {
  const startedAt = performance.now();
  let status: number | null = null;
  let fault: string | null = null;
  try {
    const response = await fetch(webhook.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'heroku-webhook-hmac-sha256': signWebhook(webhook.secret, body),
        ...(webhook.authorization === null ? {} : { authorization: webhook.authorization }),
      },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([AbortSignal.timeout(answerMsMax), stop]),
    });
    await response.arrayBuffer();
    status = response.status;
  } catch (error) {
    fault = error instanceof Error ? error.message : String(error);
  }
  if (webhook.addonId !== null) {
    heroku.journal.record({
      direction: 'to_partner',
      method: 'POST',
      path: new URL(webhook.url).pathname,
      addonId: webhook.addonId,
      request: JSON.parse(body),
      status,
      response: null,
      durationMs: Math.round(performance.now() - startedAt),
      fault,
      complaints: [],
    });
  }
  return status !== null && status < 300;
}
