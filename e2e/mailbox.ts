import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** A real SMTP server: what the customers' mailboxes get. */
export class Mailbox {
  readonly mails: { readonly to: string; readonly text: string }[] = [];
  readonly #server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    onData: (stream, { envelope }, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8').replaceAll('=\r\n', '').replaceAll('=3D', '=');
        for (const { address } of envelope.rcptTo) this.mails.push({ to: address, text });
        done();
      });
    },
  });

  /** @returns its URL. */
  async start(): Promise<string> {
    this.#server.on('error', () => {});
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', () => resolve()));
    return `smtp://127.0.0.1:${String((this.#server.server.address() as AddressInfo).port)}`;
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  with(pattern: RegExp): string[] {
    return this.mails.map(({ text }) => text).filter((text) => pattern.test(text));
  }

  /** Who has got such a mail, once for each. */
  receivers(pattern: RegExp): string[] {
    return this.mails.filter(({ text }) => pattern.test(text)).map(({ to }) => to);
  }
}
