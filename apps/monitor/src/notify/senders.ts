import type { AlertSettingsStore } from '@dockhero/database/alert-settings-store';
import type { Delivery } from '@dockhero/database/alert-outbox';
import type { AuditLog } from '@dockhero/database/audit-log';
import type { MailOptOutStore } from '@dockhero/database/mail-opt-out-store';
import type { Subscription } from '@dockhero/database/unsubscribe-token';
import type { Logger } from 'pino';
import type { MonitorMetrics } from '../monitor-metrics.js';
import type { CustomerPost } from '../post/post-to-customer.js';
import type { LogLine } from './compose-events.js';
import type { Send } from './deliver-messages.js';
import type { ContactList } from './group-changes.js';
import type { MailBrake } from './mail-brake.js';
import { peopleToTell } from './plan-deliveries.js';
import type { MailMessage, MailSender } from './send-mail.js';
import { sendSlack } from './send-slack.js';
import { sendWebhook } from './send-webhook.js';
import type { Outcome } from './sent-or-not.js';

export interface SenderServices {
  /** Null where there is no mail server: mails are written to the log. */
  readonly mail: MailSender | null;
  readonly brake: MailBrake;
  readonly contacts: ContactList;
  readonly optOuts: Pick<MailOptOutStore, 'list'>;
  /** Where an address can be opted out; null where the API's address is not known. */
  readonly unsubscribeUrl: ((subscription: Subscription) => string) | null;
  readonly post: CustomerPost;
  readonly audit: Pick<AuditLog, 'write'>;
  readonly settings: Pick<AlertSettingsStore, 'readMany' | 'write'>;
  readonly now: () => Date;
  readonly metrics: MonitorMetrics;
  readonly logger: Logger;
}

const unset: Outcome = { kind: 'refused', error: 'it is no longer set' };
const unreadable: Outcome = { kind: 'later', error: 'where to cannot be read: a key of ENCRYPTION_KEYS is missing here' };

/** How each channel's messages are sent. Addresses are read at that moment: what was unset meanwhile gets nothing more. */
export function sendersOf(services: SenderServices): Readonly<Record<Delivery['channel'], Send>> {
  const { audit, post, settings, now } = services;
  return {
    mail: (delivery) => sendMail(services, delivery),
    async log({ resourceId, payload }) {
      const { kind, text } = payload as unknown as LogLine;
      await audit.write(resourceId, kind, text);
      return { kind: 'sent' };
    },
    async slack({ resourceId, payload }) {
      const known = (await settings.readMany([resourceId])).get(resourceId);
      if (known?.isSealed) return unreadable;
      return known?.slackUrl ? await sendSlack(post, known.slackUrl, payload as unknown as { text: string }) : unset;
    },
    async webhook({ resourceId, payload }) {
      const read = async () => (await settings.readMany([resourceId])).get(resourceId);
      const { webhook = null, isSealed = false } = (await read()) ?? {};
      if (!webhook) return isSealed ? unreadable : unset;
      const outcome = await sendWebhook(post, webhook, payload as unknown as { id: string }, now());
      if (outcome.isGone) {
        // It may have taken its ten seconds: another that was set meanwhile is to get this, and to stay.
        const present = await read();
        if (present?.isSealed) return unreadable;
        if (present?.webhook?.url.reveal() !== webhook.url.reveal())
          return present?.webhook ? { kind: 'later', error: 'another webhook was set' } : unset;
        await settings.write(resourceId, { webhookUrl: null });
        await audit.write(resourceId, 'warning', 'The webhook for alerts answers 410 Gone and was switched off.');
      }
      return outcome;
    },
  };
}

async function sendMail(services: SenderServices, delivery: Delivery): Promise<Outcome> {
  const { mail, brake, unsubscribeUrl, now, metrics, logger } = services;
  const message = delivery.payload as unknown as MailMessage;
  const { id, resourceId, recipient } = delivery;
  if (!mail) {
    logger.warn({ resourceId, recipient, subject: message.subject, text: message.text }, 'not sent: no SMTP_URL');
    return { kind: 'sent' };
  }
  if (!(await isToBeTold(services, delivery))) return { kind: 'refused', error: 'this address is to get no more mails' };
  const waitUntilMs = brake.take(resourceId, now().getTime());
  if (waitUntilMs !== null) {
    metrics.braked.inc();
    logger.error(
      { resourceId, deliveryId: id },
      'far too many mails in ten minutes, of all or of this add-on: they are held back. Look for what sends them',
    );
    return { kind: 'later', error: 'too many mails in ten minutes', at: new Date(waitUntilMs) };
  }
  return await mail.send(recipient, message, unsubscribeUrl?.({ resourceId, email: recipient }) ?? null);
}

/** It may have waited for a day: whoever has left the app meanwhile, was taken off, or wants no more, is told nothing more of it. */
async function isToBeTold({ settings, contacts, optOuts }: SenderServices, { resourceId, recipient }: Delivery): Promise<boolean> {
  const [known, people, unwanted] = await Promise.all([
    settings.readMany([resourceId]),
    contacts.list(resourceId),
    optOuts.list(resourceId),
  ]);
  const ofResource = known.get(resourceId);
  if (!ofResource) return false;
  const told = peopleToTell({ settings: ofResource, contacts: people.map(({ email }) => email), optOuts: unwanted });
  return told.some((address) => address.toLowerCase() === recipient.toLowerCase());
}
