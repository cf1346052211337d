import type { NewDelivery, StoredTransition } from '@dockhero/database/alert-outbox';
import type { MonitorSettings } from '@dockhero/database/alert-settings-store';
import { alertMessage } from '@dockhero/domain/monitoring/alert-text';
import { groupOf } from './alert-facts.js';
import { changeId, logLine, webhookEvent } from './compose-events.js';
import type { MailMessage } from './send-mail.js';

export interface Recipients {
  readonly settings: Pick<MonitorSettings, 'mailsEnabled' | 'recipients' | 'webhook' | 'slackUrl'>;
  /** Owner and collaborators of the app. */
  readonly contacts: readonly string[];
  /** Addresses that want no mails, in lower case. */
  readonly optOuts: readonly string[];
}

/**
 * Who is told of changes that arose together, and what. One mail to each person and one message to Slack say all of it; the app's log and the
 * webhook, which programs read, get each change by itself.
 * @param mailDomain the right-hand side of Message-IDs.
 */
export function planDeliveries(
  transitions: readonly StoredTransition[],
  { settings, contacts, optOuts }: Recipients,
  mailDomain: string,
): NewDelivery[] {
  if (transitions.length === 0) return [];
  const message = alertMessage(groupOf(transitions));
  const { subject, text, html } = message;
  const mail: MailMessage = { subject, text, html, ...threadOf(transitions, mailDomain) };
  const people = peopleToTell({ settings, contacts, optOuts });
  // Each is delivered, and tried again, by itself: the transition stands for the recipient.
  const each = (channel: 'log' | 'webhook', compose: (transition: StoredTransition) => object): NewDelivery[] =>
    transitions.map((transition) => ({ channel, recipient: String(transition.id), payload: { ...compose(transition) } }));
  return [
    ...people.map((recipient): NewDelivery => ({ channel: 'mail', recipient, payload: { ...mail } })),
    ...(settings.slackUrl ? [{ channel: 'slack', recipient: '', payload: { text: forSlack(subject, message.summary) } } as const] : []),
    ...each('log', logLine),
    ...(settings.webhook ? each('webhook', webhookEvent) : []),
  ];
}

/** Who gets mails: nobody who wants none, and each once. */
export function peopleToTell({
  settings,
  contacts,
  optOuts,
}: {
  readonly settings: Pick<MonitorSettings, 'mailsEnabled' | 'recipients'>;
  readonly contacts: readonly string[];
  readonly optOuts: readonly string[];
}): string[] {
  if (!settings.mailsEnabled) return [];
  return uniqueAddresses([...contacts, ...settings.recipients]).filter((address) => !optOuts.includes(address.toLowerCase()));
}

/** A header of thousands is taken by no mail server. */
const referencesMax = 30;

/** The first mail about an incident has the id of its firing; later ones refer to it, as does one that tells of several. */
function threadOf(transitions: readonly StoredTransition[], mailDomain: string): Pick<MailMessage, 'messageId' | 'references'> {
  const at = (change: string): string => `${change}@${mailDomain}`;
  const first = transitions.find(({ kind }) => kind === 'fired') ?? transitions[0];
  const messageId = first ? at(changeId(first)) : '';
  const roots = transitions.map(({ incidentId, incident, at: then }) =>
    at(changeId({ incidentId, kind: 'fired', at: incident.firedAt ?? then })),
  );
  return { messageId, references: [...new Set(roots)].filter((root) => root !== messageId).slice(0, referencesMax) };
}

/** Slack has a small markup of its own, in which three characters must be escaped. */
function forSlack(subject: string, summary: string): string {
  const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `*${escape(subject)}*\n${escape(summary)}`;
}

/** The same person may be owner, collaborator and named besides. */
function uniqueAddresses(addresses: readonly string[]): string[] {
  return [...new Map(addresses.map((address) => [address.trim().toLowerCase(), address.trim()])).values()].filter(
    (address) => address !== '',
  );
}
