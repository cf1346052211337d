import { expect, test } from 'vitest';
import { alertSettingsPatch } from '../../../../packages/contracts/src/monitoring-api.js';
import { parseAlertSettings } from './parse-alert-settings.js';

const asked: string[] = [];
const parse = (...words: string[]) =>
  parseAlertSettings(words, async (what) => {
    asked.push(what);
    return 'https://hooks.example/asked';
  });

test('words become a patch that the API takes', async () => {
  const patch = await parse('memory=85', 'disk=95%', 'mail=off', 'recipients=a@example.com, b@example.com', 'slack=none', 'free-room=on');
  expect(patch).toEqual({
    thresholds: { memory: 85, disk: 95 },
    mails_enabled: false,
    recipients: ['a@example.com', 'b@example.com'],
    slack_url: null,
    free_room: true,
  });
  expect(alertSettingsPatch.safeParse(patch).success).toBe(true);
  expect(await parse('recipients=none', 'webhook=https://hooks.example/x?a=b')).toEqual({
    recipients: [],
    webhook_url: 'https://hooks.example/x?a=b',
  });
});

test('who wants mails again is named', async () => {
  const patch = await parse('resubscribe=ann@example.com,bob@example.com');
  expect(patch).toEqual({ resubscribe: ['ann@example.com', 'bob@example.com'] });
  expect(alertSettingsPatch.safeParse(patch).success).toBe(true);
  await expect(parse('resubscribe=none')).rejects.toThrow(
    'resubscribe takes e-mail addresses with commas between them; none is no address.',
  );
});

test('a URL is asked for where it would show', async () => {
  expect(await parse('webhook=-')).toEqual({ webhook_url: 'https://hooks.example/asked' });
  expect(asked).toEqual(['webhook']);
});

test.each([
  [[], 'Say what to set, for example: memory=85'],
  [['memory'], 'Every setting is NAME=VALUE; memory is not.'],
  [['cpu=90'], 'There is no setting cpu. Known are: memory=85'],
  [['memory=49'], 'memory takes a whole percentage from 50 to 99, as in memory=85, not 49.'],
  [['disk=0.9'], 'disk takes a whole percentage from 50 to 99'],
  [['inodes='], 'not nothing.'],
  [['mail=yes'], 'mail takes on or off, not yes.'],
  [['recipients=a@example.com,b'], 'b is no address.'],
  [['recipients='], 'nothing is no address.'],
  [[`recipients=${Array.from({ length: 11 }, (_, at) => `a${String(at)}@example.com`).join(',')}`], 'at most 10 addresses'],
])('%j is refused with what it should be', async (words, message) => {
  await expect(parse(...words)).rejects.toThrow(message);
});

test('a URL that is none is not quoted back', async () => {
  await expect(parse('slack=canary-token')).rejects.toThrow(
    /^slack takes an https:\/\/ URL, none to take it away, or - to be asked for it\.$/,
  );
});
