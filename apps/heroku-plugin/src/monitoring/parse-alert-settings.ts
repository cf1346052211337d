import type { AlertSettingsPatch } from '@dockhero/contracts/monitoring-api';
import { PluginError } from '../plugin-error.js';

const known = 'memory=85 disk=95 inodes=95 mail=on recipients=ann@example.com,bob@example.com webhook=URL slack=URL free-room=off';
const recipientsMax = 10;

/**
 * What words like `memory=85 mail=off` set.
 * @param askUrl reads a URL without showing it, for `webhook=-` and `slack=-`.
 * @throws PluginError that says what the word should be.
 */
export async function parseAlertSettings(words: readonly string[], askUrl: (what: string) => Promise<string>): Promise<AlertSettingsPatch> {
  if (words.length === 0) throw new PluginError(`Say what to set, for example: ${known}`);
  const patch: AlertSettingsPatch = {};
  for (const word of words) {
    const at = word.indexOf('=');
    if (at < 1) throw new PluginError(`Every setting is NAME=VALUE; ${word} is not. Known are: ${known}`);
    await take(patch, word.slice(0, at).toLowerCase(), word.slice(at + 1), askUrl);
  }
  return patch;
}

async function take(patch: AlertSettingsPatch, name: string, value: string, askUrl: (what: string) => Promise<string>): Promise<void> {
  switch (name) {
    case 'memory':
    case 'disk':
    case 'inodes':
      patch.thresholds = { ...patch.thresholds, [name]: percent(name, value) };
      return;
    case 'mail':
      patch.mails_enabled = onOrOff(name, value);
      return;
    case 'free-room':
      patch.free_room = onOrOff(name, value);
      return;
    case 'recipients':
      patch.recipients = value === 'none' ? [] : addresses(name, value);
      return;
    case 'resubscribe':
      patch.resubscribe = addresses(name, value);
      return;
    case 'webhook':
      patch.webhook_url = await url(name, value, askUrl);
      return;
    case 'slack':
      patch.slack_url = await url(name, value, askUrl);
      return;
    default:
      throw new PluginError(`There is no setting ${name}. Known are: ${known}`);
  }
}

function percent(name: string, value: string): number {
  const number = Number(value.replace(/\s*%$/, ''));
  if (Number.isInteger(number) && number >= 50 && number <= 99) return number;
  throw new PluginError(`${name} takes a whole percentage from 50 to 99, as in ${name}=85, not ${value === '' ? 'nothing' : value}.`);
}

function onOrOff(name: string, value: string): boolean {
  if (value === 'on' || value === 'off') return value === 'on';
  throw new PluginError(`${name} takes on or off, not ${value === '' ? 'nothing' : value}.`);
}

function addresses(name: string, value: string): string[] {
  const list = value.split(',').map((address) => address.trim());
  const wrong = list.find((address) => !/^[^\s@,]+@[^\s@,]+\.[^\s@,]+$/.test(address));
  if (wrong !== undefined) {
    throw new PluginError(
      `${name} takes e-mail addresses with commas between them${name === 'recipients' ? ', or none' : ''}; ${wrong === '' ? 'nothing' : wrong} is no address.`,
    );
  }
  if (list.length > recipientsMax)
    throw new PluginError(`${name} takes at most ${String(recipientsMax)} addresses. A mailing list is one.`);
  return list;
}

/** Never quoted back: who has the URL can post to it. */
async function url(name: string, value: string, askUrl: (what: string) => Promise<string>): Promise<string | null> {
  if (value === 'none') return null;
  const given = value === '-' ? await askUrl(name) : value;
  const isUrl = URL.canParse(given) && /^https?:\/\//.test(given);
  if (!isUrl) throw new PluginError(`${name} takes an https:// URL, none to take it away, or - to be asked for it.`);
  return given;
}
