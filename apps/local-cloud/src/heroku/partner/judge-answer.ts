import { z } from 'zod';
import { undeclaredNames } from '../addons/set-addon-config.js';
import type { Manifest } from '../manifest.js';
import type { PartnerAnswer } from './partner-answer.js';

/** What an answer to a provision request means for the add-on. @see partner API spec, section 2.4 */
type ProvisionVerdict =
  | { readonly kind: 'provisioned'; readonly id: string; readonly config: Record<string, string>; readonly message: string | null }
  | { readonly kind: 'provisioning'; readonly id: string; readonly message: string | null }
  | { readonly kind: 'refused'; readonly status: 422 | 503; readonly message: string }
  | { readonly kind: 'intermittent'; readonly reason: string };

type PlanChangeVerdict =
  | { readonly kind: 'changed'; readonly config: Record<string, string> | null; readonly message: string | null }
  | { readonly kind: 'refused'; readonly status: 422 | 503; readonly message: string };

const acceptedSchema = z.object({
  id: z.union([z.string().min(1), z.int().transform(String)]),
  config: z.record(z.string(), z.string()).optional(),
  message: z.string().nullish(),
});
const changedSchema = z.object({ config: z.record(z.string(), z.string()).nullish(), message: z.string().nullish() });
const messageSchema = z.object({ message: z.string().min(1) });

/** The text customers see when the partner said nothing usable. */
export function standardError(manifest: Manifest, doing: string): string {
  return `An error was encountered when contacting ${manifest.id} to ${doing}. Try again later.`;
}

export function judgeProvision(manifest: Manifest, answer: PartnerAnswer, retryRefusals503: boolean): ProvisionVerdict {
  if (answer.fault !== null) return { kind: 'intermittent', reason: answer.fault };
  const { status } = answer;
  if (status === 410) return { kind: 'refused', status: 422, message: 'This add-on was already deprovisioned.' };
  if (status === 401) return { kind: 'refused', status: 503, message: `${manifest.name} does not accept Heroku's credentials.` };
  const said = messageSchema.safeParse(answer.json);
  if (status === 422) return { kind: 'refused', status, message: said.data?.message ?? standardError(manifest, 'create your add-on') };
  if (status === 503 && said.success && !retryRefusals503) return { kind: 'refused', status, message: said.data.message };
  if (status !== 200 && status !== 201 && status !== 202) return { kind: 'intermittent', reason: `status ${String(status)}` };
  const accepted = acceptedSchema.safeParse(answer.json);
  if (!accepted.success) return { kind: 'intermittent', reason: `status ${String(status)} with a body that is not understood` };
  const { id, config = {}, message = null } = accepted.data;
  if (status === 202) return { kind: 'provisioning', id, message };
  const undeclared = undeclaredNames(manifest, Object.keys(config));
  if (undeclared.length > 0) return { kind: 'intermittent', reason: `undeclared config vars ${undeclared.join(', ')}` };
  return { kind: 'provisioned', id, config, message };
}

export function judgePlanChange(manifest: Manifest, answer: PartnerAnswer): PlanChangeVerdict {
  const refused = { kind: 'refused', status: 503, message: standardError(manifest, 'change the plan') } as const;
  if (answer.fault !== null) return refused;
  const said = messageSchema.safeParse(answer.json);
  if ((answer.status === 422 || answer.status === 503) && said.success)
    return { kind: 'refused', status: answer.status, message: said.data.message };
  if (answer.status !== 200 && answer.status !== 202) return refused;
  const changed = changedSchema.safeParse(answer.json ?? {});
  if (!changed.success || undeclaredNames(manifest, Object.keys(changed.data.config ?? {})).length > 0) return refused;
  return { kind: 'changed', config: changed.data.config ?? null, message: changed.data.message ?? null };
}

/** `later` only in the asynchronous beta; anything but an acceptance is repeated. @see partner API spec, section 5.2 */
export function judgeDeprovision(answer: PartnerAnswer, asyncDeprovision: boolean): 'accepted' | 'later' | 'again' {
  if (answer.fault !== null) return 'again';
  if (answer.status === 200 || answer.status === 204 || answer.status === 410) return 'accepted';
  return answer.status === 202 && asyncDeprovision ? 'later' : 'again';
}
