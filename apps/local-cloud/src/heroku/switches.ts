import { z } from 'zod';

const ms = z.int().min(0);

/** Everything that can be made to go differently from a good day. The control routes change them at any time. */
export const switchesSchema = z.strictObject({
  /** Sends every request to the partner this many times. */
  repeatRequests: z.strictObject({ times: z.int().min(1).max(20), concurrently: z.boolean() }),
  /** Keeps new provision requests back until the control route `/held/release`: a DELETE can then arrive first. */
  holdProvisions: z.boolean(),
  /** Throws away this many of the partner's next answers, as if the connection had been lost. Counts down. */
  dropAnswers: z.int().min(0),
  /** Waits before every request to the partner, in milliseconds of real time. */
  delayRequestsMs: ms.max(120_000),
  /** How long the partner may take to answer, in milliseconds of real time. */
  answerTimeoutMs: ms.min(1),
  wrongPassword: z.boolean(),
  /** `missing`: no `oauth_grant` at all; `expired`: its five minutes are over before it is sent. */
  grant: z.enum(['good', 'missing', 'null', 'expired']),
  /** A new grant in every repetition of a provision, instead of the same body again. */
  freshGrantOnRetry: z.boolean(),
  omitLogInputUrl: z.boolean(),
  extraFields: z.boolean(),
  /** Multiplies the waits between attempts, and the 24 hours (webhooks: 72) after which they end. */
  retryTimeFactor: z.number().positive().max(1),
  /** A 503 with a message is a refusal shown to the customer; true makes it an intermittent fault that is tried again. */
  retryRefusals503: z.boolean(),
  /** Calls about an add-on give 404 until its provision request has been answered. */
  hideUntilAnswered: z.boolean(),
  /** Life of a new access token, in milliseconds. */
  tokenLifetimeMs: ms,
  rotateRefreshTokens: z.boolean(),
  /** The beta in which a 202 to DELETE means "later"; without it a 202 is not accepted and repeated. */
  asyncDeprovision: z.boolean(),
  /** Sends DELETE also after the partner itself called actions/deprovision. */
  deleteAfterOwnDeprovision: z.boolean(),
  sso: z.enum(['good', 'bad_token', 'stale', 'future', 'missing_token']),
  /** The address in the SSO form; the token does not cover it. */
  ssoEmail: z.email().nullable(),
  /**
   * What Logplex's input does. Takes nothing: `unavailable` 503, `gone` 404, `unauthorized` 401, `rate_limit` 429, `bad_request` 400,
   * `reset` (cuts the connection), `hang` (reads the request and keeps it until this changes, which then decides, or 503 after 60 s).
   * `reset_after` takes the batch and cuts the connection without an answer: sending it again is right, and shows it twice.
   */
  logplex: z.enum(['good', 'unavailable', 'gone', 'unauthorized', 'rate_limit', 'bad_request', 'reset', 'hang', 'reset_after']),
  /** A batch with this text in one of its messages is refused whole, with 400, like a frame that Logplex cannot take. */
  logplexPoison: z.string().min(1).nullable(),
  /** Waits before answering a POST to Logplex, in milliseconds of real time. */
  logplexDelayMs: ms.max(120_000),
  /** Every webhook is sent this many times. */
  repeatWebhooks: z.int().min(1).max(20),
});
export type Switches = z.infer<typeof switchesSchema>;

export const defaultSwitches: Switches = {
  repeatRequests: { times: 1, concurrently: false },
  holdProvisions: false,
  dropAnswers: 0,
  delayRequestsMs: 0,
  answerTimeoutMs: 25_000,
  wrongPassword: false,
  grant: 'good',
  freshGrantOnRetry: false,
  omitLogInputUrl: false,
  extraFields: false,
  retryTimeFactor: 1,
  retryRefusals503: false,
  hideUntilAnswered: false,
  tokenLifetimeMs: 28_800_000,
  rotateRefreshTokens: false,
  asyncDeprovision: false,
  deleteAfterOwnDeprovision: false,
  sso: 'good',
  ssoEmail: null,
  logplex: 'good',
  logplexPoison: null,
  logplexDelayMs: 0,
  repeatWebhooks: 1,
};
