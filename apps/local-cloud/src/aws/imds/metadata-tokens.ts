import { randomBytes } from 'node:crypto';

const TTL_MAX_S = 21_600;
const TOKENS_MAX = 10_000;

/** Session tokens of IMDSv2; each is good for the instance that fetched it, and only in this run of the local cloud. */
export class MetadataTokens {
  private readonly tokens = new Map<string, { instanceId: string; untilMs: number }>();

  /** @param ttl the request's header. @returns null when it is missing or out of range. */
  issue(instanceId: string, ttl: string | undefined, nowMs = Date.now()): { token: string; ttlSeconds: number } | null {
    const ttlSeconds = /^\d+$/.test(ttl ?? '') ? Number(ttl) : 0;
    if (ttlSeconds < 1 || ttlSeconds > TTL_MAX_S) return null;
    this.prune(nowMs);
    const token = randomBytes(42).toString('base64url');
    this.tokens.set(token, { instanceId, untilMs: nowMs + ttlSeconds * 1_000 });
    return { token, ttlSeconds };
  }

  isValid(instanceId: string, token: string, nowMs = Date.now()): boolean {
    const known = this.tokens.get(token);
    return known !== undefined && known.instanceId === instanceId && known.untilMs > nowMs;
  }

  private prune(nowMs: number): void {
    for (const [token, { untilMs }] of this.tokens) if (untilMs <= nowMs || this.tokens.size > TOKENS_MAX) this.tokens.delete(token);
  }
}
