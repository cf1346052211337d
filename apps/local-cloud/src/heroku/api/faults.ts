import { randomUUID } from 'node:crypto';
import { z } from 'zod';

/** A fault for the next calls of the partner to one route. */
export const faultSchema = z.strictObject({
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).optional(),
  /** A route as it is declared, e.g. `/addons/:addon/config`, `/oauth/token`, or a path with `*` for anything: `/addons/*`. */
  route: z.string().startsWith('/'),
  /** A status from 400; `timeout`: no answer for `holdMs`, then the connection is cut; `reset`: cut at once. */
  fault: z.union([z.int().min(400).max(599), z.literal('timeout'), z.literal('reset')]),
  /** `after`: the call takes effect, only its answer is lost or replaced. */
  when: z.enum(['before', 'after']).default('before'),
  times: z.int().min(1).max(1_000_000).default(1),
  /** For `timeout`: how long the caller is left waiting, in milliseconds of real time. */
  holdMs: z.int().min(0).max(120_000).default(30_000),
  /** Adds Retry-After to a 429 or 503, in seconds. */
  retryAfterSeconds: z.int().min(0).optional(),
});
export type Fault = z.infer<typeof faultSchema> & { readonly id: string };

/** Faults waiting for their calls. In memory: a restart forgets them. */
export class Faults {
  #faults: Fault[] = [];

  add(fault: z.infer<typeof faultSchema>): Fault {
    const added = { ...fault, id: randomUUID() };
    this.#faults.push(added);
    return added;
  }

  list(): readonly Fault[] {
    return this.#faults;
  }

  clear(): void {
    this.#faults = [];
  }

  /** The fault for this call, used up by it; the oldest one that fits. */
  take(call: { method: string; route: string; path: string }): Fault | undefined {
    const fault = this.#faults.find(
      (one) => (one.method === undefined || one.method === call.method) && (one.route === call.route || matchesPath(one.route, call.path)),
    );
    if (!fault) return undefined;
    fault.times -= 1;
    if (fault.times <= 0) this.#faults = this.#faults.filter((one) => one !== fault);
    return fault;
  }
}

function matchesPath(pattern: string, path: string): boolean {
  if (!pattern.includes('*')) return pattern === path;
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(path);
}
