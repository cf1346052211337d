import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Secret } from '@dockhero/domain/secret';
import { SMTPServer } from 'smtp-server';

interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** As sent: headers and body. */
  readonly raw: string;
}

/** A real SMTP server that keeps what it gets. */
export class MailBox {
  readonly mails: ReceivedMail[] = [];
  /** Addresses that it refuses, with the code. */
  readonly refused = new Map<string, number>();
  /** Lets it be away: every connection is refused with 421. */
  isAway = false;
  readonly #server: SMTPServer;

  private constructor() {
    this.#server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS', 'AUTH'],
      disableReverseLookup: true,
      onConnect: (_session, done) => done(this.isAway ? coded(421, 'away') : null),
      onRcptTo: ({ address }, _session, done) => {
        const code = this.refused.get(address);
        done(code === undefined ? null : coded(code, `no ${address} here`));
      },
      onData: (stream, { envelope }, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
          this.mails.push({ from, to: envelope.rcptTo.map(({ address }) => address), raw: Buffer.concat(chunks).toString('utf8') });
          done();
        });
      },
    });
    this.#server.on('error', () => {});
  }

  static async start(): Promise<MailBox> {
    const box = new MailBox();
    box.#server.listen(0, '127.0.0.1');
    await once(box.#server.server, 'listening');
    return box;
  }

  get url(): Secret {
    return new Secret(`smtp://127.0.0.1:${String((this.#server.server.address() as AddressInfo).port)}`);
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

/** A header of a mail, its continuation lines joined; empty when it has none. */
export function headerOf(mail: ReceivedMail | undefined, name: string): string {
  const [head = ''] = (mail?.raw ?? '').split('\r\n\r\n');
  const line = head
    .replaceAll(/\r\n[ \t]+/g, ' ')
    .split('\r\n')
    .find((one) => one.toLowerCase().startsWith(`${name.toLowerCase()}:`));
  return line?.slice(name.length + 1).trim() ?? '';
}

function coded(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}
