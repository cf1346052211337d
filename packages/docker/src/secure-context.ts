import { createSecureContext, type SecureContext } from 'node:tls';

export interface Credentials {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** By certificate. Those that no connection uses any more may go. */
const contexts = new Map<string, WeakRef<SecureContext>>();
/** Certificates are renewed: at so many the list is gone through. */
const sweepAt = 1_000;

/** One for all connections that show the same certificate: each holds parsed certificates and keys, some 150 KB. */
export function secureContextOf({ ca, cert, key }: Credentials): SecureContext {
  const id = cert + ca;
  const known = contexts.get(id)?.deref();
  if (known) return known;
  if (contexts.size >= sweepAt) for (const [old, context] of contexts) if (!context.deref()) contexts.delete(old);
  const made = createSecureContext({ ca, cert, key });
  contexts.set(id, new WeakRef(made));
  return made;
}
