import type { Secret } from '@dockhero/domain/secret';
import { createTransport, type Transporter } from 'nodemailer';
import type { Outcome } from './sent-or-not.js';

/** A mail as it waits in the outbox. */
export interface MailMessage {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** The same at each repetition, so that one after a crash can be recognised. Without angle brackets, as are `references`. */
  readonly messageId: string;
  /** Mails that it belongs to, sent or not: what makes threads. */
  readonly references: readonly string[];
}

const connectMs = 10_000;
/** The whole delivery of one mail. */
const deliveryMs = 60_000;

/** Hands mails to an SMTP server: one to each person, so that nobody learns others' addresses. */
export class MailSender {
  readonly #transport: Transporter;

  /**
   * @param smtpUrl `smtp://user:password@host:587` or `smtps://…:465`.
   * @param from the sender: `Dockhero <alerts@example.com>`.
   */
  constructor(
    smtpUrl: Secret,
    private readonly from: string,
  ) {
    this.#transport = createTransport({
      url: smtpUrl.reveal(),
      connectionTimeout: connectMs,
      greetingTimeout: connectMs,
      socketTimeout: connectMs,
      dnsTimeout: connectMs,
      // A text that names a file or URL must never be read by the mailer.
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  /** @param unsubscribeUrl one POST there ends such mails to this person (RFC 8058); null: there is none. */
  async send(
    recipient: string,
    { subject, text, html, messageId, references }: MailMessage,
    unsubscribeUrl: string | null,
  ): Promise<Outcome> {
    const inReplyTo = references[0];
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('the mail server takes longer than a minute')), deliveryMs);
    });
    try {
      const sending = this.#transport.sendMail({
        from: this.from,
        // As an object, so that an odd address is one address and not a list.
        to: { name: '', address: recipient },
        subject,
        text: unsubscribeUrl === null ? text : `${text}No more of these mails: ${unsubscribeUrl}\n`,
        html:
          unsubscribeUrl === null
            ? html
            : html.replace('</body>', `<p><small><a href="${unsubscribeUrl}">No more of these mails</a></small></p></body>`),
        messageId: `<${messageId}>`,
        ...(inReplyTo === undefined ? {} : { inReplyTo: `<${inReplyTo}>`, references: references.map((id) => `<${id}>`) }),
        // Out-of-office answers are of no use to anybody.
        headers: {
          'Auto-Submitted': 'auto-generated',
          'X-Auto-Response-Suppress': 'All',
          ...(unsubscribeUrl === null
            ? {}
            : { 'List-Unsubscribe': `<${unsubscribeUrl}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' }),
        },
      });
      await Promise.race([sending, late]);
      return { kind: 'sent' };
    } catch (error) {
      return judge(error as Error & { code?: string; responseCode?: number; command?: string });
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    this.#transport.close();
  }
}

/** A server that refuses this recipient or message (5xx to either) will do so again; one that refuses us, or is away, may not. */
function judge({
  code,
  responseCode = 0,
  command = '',
  message,
}: Error & { code?: string; responseCode?: number; command?: string }): Outcome {
  const error = `${code ?? 'error'}: ${message}`.slice(0, 300);
  const isOfMail = code === 'EENVELOPE' || code === 'EMESSAGE' || /^(RCPT|DATA)/.test(command);
  return isOfMail && responseCode >= 500 && responseCode < 600 ? { kind: 'refused', error } : { kind: 'later', error };
}
