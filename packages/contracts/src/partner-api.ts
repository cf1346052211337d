import { z } from 'zod';

/** What Postgres cannot store is refused here: NUL in text; NUL and halves of surrogate pairs in JSON, where they are escapes. */
const isStorable = (value: string) => !value.includes('\0');
const isStorableJson = (value: unknown) => !/(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/.test(JSON.stringify(value));
const text = (max: number) => z.string().min(1).max(max).refine(isStorable);

/**
 * Heroku's provision request (Add-on Partner API v3). Unknown fields are accepted: Heroku may add some at any time.
 * Absent `oauth_grant` and `log_input_url` are legal: old requests repeated, Fir apps without Logplex.
 */
export const provisionRequest = z.looseObject({
  uuid: z.uuid().toLowerCase(),
  name: text(200),
  plan: text(100),
  region: text(200),
  callback_url: z.url().max(2_000).refine(isStorable),
  oauth_grant: z.looseObject({ code: z.string().min(1), type: z.string(), expires_at: z.string().nullish() }).nullish(),
  options: z.record(z.string(), z.unknown()).refine(isStorableJson).nullish(),
  log_input_url: z.url().nullish(),
});
export type ProvisionRequest = z.infer<typeof provisionRequest>;

/** Heroku's plan change. Only `plan` is certain. */
export const planChangeRequest = z.looseObject({ plan: z.string().min(1).max(100) });
export type PlanChangeRequest = z.infer<typeof planChangeRequest>;

/** Our answer to a provision request: 202 without config, or 200 with it when the add-on is ready already. */
export interface ProvisionAnswer {
  readonly id: string;
  readonly message: string;
  readonly config?: Readonly<Record<string, string>>;
}

/** Every error of ours, in the shape that Heroku's API uses and its CLI prints. */
export interface ErrorBody {
  readonly id: string;
  readonly message: string;
}
