import { randomUUID } from 'node:crypto';
import type { HerokuContext } from '../context.js';
import { userIdOf } from '../apps/user-id.js';

interface HerokuEvent {
  readonly entity: 'api:app' | 'api:addon' | 'api:addon-attachment' | 'api:release';
  readonly action: 'create' | 'update' | 'destroy';
  readonly appId: string;
  readonly addonId: string | null;
  readonly email: string;
  readonly data: Record<string, unknown>;
  readonly previousData?: Record<string, unknown>;
}

/** Tells everybody subscribed to an event's app or add-on. An event's id is the same in all its deliveries and repetitions. */
export function emitWebhook(heroku: HerokuContext, event: HerokuEvent): void {
  const { clock, outbox, store } = heroku;
  if (store.webhooks.size === 0) return;
  const attachedTo = new Set<string>();
  for (const attachment of store.attachments.values()) if (attachment.appId === event.appId) attachedTo.add(attachment.addonId);
  const eventId = randomUUID();
  const at = new Date(clock.now()).toISOString();
  for (const webhook of store.webhooks.values()) {
    if (!webhook.include.includes(event.entity)) continue;
    const concerned =
      webhook.addonId === null
        ? webhook.appId === event.appId
        : webhook.addonId === event.addonId || (event.addonId === null && attachedTo.has(webhook.addonId));
    if (!concerned) continue;
    const body = {
      id: eventId,
      created_at: at,
      updated_at: at,
      published_at: null,
      action: event.action,
      resource: event.entity.replace('api:', ''),
      version: 'application/vnd.heroku+json; version=3',
      sequence: null,
      actor: { id: userIdOf(event.email), email: event.email },
      data: event.data,
      previous_data: event.previousData ?? {},
      webhook_metadata: {
        attempt: { id: randomUUID() },
        delivery: { id: randomUUID() },
        event: { id: eventId, include: event.entity },
        webhook: { id: webhook.id },
      },
    };
    outbox.post({
      kind: 'webhook',
      webhookId: webhook.id,
      ...(webhook.addonId ? { addonId: webhook.addonId } : {}),
      body: JSON.stringify(body),
    });
  }
}
