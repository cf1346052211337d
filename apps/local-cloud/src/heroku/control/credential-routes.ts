import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { pathPart } from '../api/parse-input.js';
import type { HerokuContext } from '../context.js';

const secretsSchema = z.strictObject({ secrets: z.array(z.string().min(1)).min(1).max(2) });

/** Credentials that change under the partner's feet. */
export function addCredentialRoutes(server: FastifyInstance, heroku: HerokuContext): void {
  const { store } = heroku;
  const addonId = (request: FastifyRequest): string => store.findAddon(pathPart(request, 'addon'))?.id ?? pathPart(request, 'addon');
  const expireTokens = (): number => {
    for (const authorization of store.authorizations.values()) authorization.accessExpiresAt = heroku.clock.now();
    return store.authorizations.size;
  };
  server.post('/oauth/client-secrets', (request) => {
    heroku.clientSecrets = secretsSchema.parse(request.body).secrets;
    return { expired: expireTokens() };
  });
  server.post('/oauth/expire', () => ({ expired: expireTokens() }));
  server.post('/addons/:addon/revoke', (request) => {
    const id = addonId(request);
    const revoked = [...store.authorizations.values()].filter((authorization) => authorization.addonId === id);
    for (const authorization of revoked) store.authorizations.delete(authorization.id);
    return { revoked: revoked.length };
  });
  server.post('/addons/:addon/log-token/rotate', (request) => {
    const attachments = store.attachmentsOfAddon(addonId(request));
    for (const attachment of attachments) attachment.logToken = `t.${randomUUID()}`;
    return { rotated: attachments.length };
  });
}
