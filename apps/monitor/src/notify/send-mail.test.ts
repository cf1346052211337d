import { Secret } from '@dockhero/domain/secret';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { headerOf, MailBox } from '../testing/mail-box.js';
import { MailSender, type MailMessage } from './send-mail.js';

const message: MailMessage = {
  subject: '[shop] Disk / at 92 % on dockhero-shop-1',
  text: 'It is full.\n',
  html: '<p>It is full.</p>',
  messageId: 'incident-1.fired.1@dockhero.io',
  references: [],
};
let box: MailBox;
let sender: MailSender;
beforeEach(async () => {
  box = await MailBox.start();
  sender = new MailSender(box.url, 'Dockhero <alerts@dockhero.io>');
});
afterEach(async () => {
  sender.close();
  await box.stop();
});

describe('MailSender', () => {
  it('sends plain and HTML to one person, with its own id, and asks for no automatic answers', async () => {
    expect(await sender.send('ann@example.com', message, null)).toEqual({ kind: 'sent' });
    const [mail] = box.mails;
    expect(mail).toMatchObject({ from: 'alerts@dockhero.io', to: ['ann@example.com'] });
    expect(headerOf(mail, 'Message-ID')).toBe('<incident-1.fired.1@dockhero.io>');
    expect(headerOf(mail, 'To')).toBe('ann@example.com');
    expect(headerOf(mail, 'In-Reply-To')).toBe('');
    expect(headerOf(mail, 'Auto-Submitted')).toBe('auto-generated');
    expect(mail?.raw).toContain('text/plain');
    expect(mail?.raw).toContain('text/html');
  });

  it('lets the reader end such mails with one click, in the program and in the text', async () => {
    const url = `https://addon.dockhero.test/unsubscribe?token=v1.k1.${'x'.repeat(200)}`;
    await sender.send('ann@example.com', { ...message, html: '<body><p>It is full.</p></body>' }, url);
    const [mail] = box.mails;
    expect(headerOf(mail, 'List-Unsubscribe')).toBe(`<${url}>`);
    expect(headerOf(mail, 'List-Unsubscribe-Post')).toBe('List-Unsubscribe=One-Click');
    const raw = mail?.raw.replaceAll('=\r\n', '').replaceAll('=3D', '=') ?? '';
    expect(raw.split(url)).toHaveLength(4);
    await sender.send('ann@example.com', message, null);
    expect(box.mails[1]?.raw).not.toMatch(/unsubscribe|No more of these mails/i);
  });

  it('puts a later mail into the thread of the first', async () => {
    await sender.send('ann@example.com', { ...message, messageId: 'b@x', references: ['a@x', 'c@x'] }, null);
    expect(headerOf(box.mails[0], 'In-Reply-To')).toBe('<a@x>');
    expect(headerOf(box.mails[0], 'References')).toBe('<a@x> <c@x>');
  });

  it('lets no name of the customer’s add a header or a recipient', async () => {
    await sender.send('ann@example.com', { ...message, subject: 'x\r\nBcc: eve@example.com' }, null);
    await sender.send('ann@example.com, eve@example.com', message, null).catch(() => {});
    expect(box.mails.flatMap(({ to }) => to)).not.toContain('eve@example.com');
    expect(headerOf(box.mails[0], 'Bcc')).toBe('');
  });

  it('gives up on an address that does not exist, and tries again one that has no room now', async () => {
    box.refused.set('gone@example.com', 550).set('full@example.com', 452);
    expect(await sender.send('gone@example.com', message, null)).toMatchObject({ kind: 'refused' });
    expect(await sender.send('full@example.com', message, null)).toMatchObject({ kind: 'later' });
  });

  it('tries again when the server is away, busy, or cannot be reached', async () => {
    box.isAway = true;
    expect(await sender.send('ann@example.com', message, null)).toMatchObject({ kind: 'later' });
    const nobody = new MailSender(new Secret('smtp://127.0.0.1:1'), 'alerts@dockhero.io');
    expect(await nobody.send('ann@example.com', message, null)).toMatchObject({ kind: 'later' });
  });
});
