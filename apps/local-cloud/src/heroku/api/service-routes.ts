import type { FastifyInstance } from 'fastify';
import type { HerokuContext } from '../context.js';
import { findPlan } from '../manifest.js';
import { regionNames } from '../partner/regions.js';
import { notFound } from './api-error.js';
import { userOf } from './caller.js';
import { pathPart } from './parse-input.js';
import { presentPlan, presentService } from './present-addon.js';

/** The catalogue (one service: ours), the regions, and the account behind a key. */
export function addServiceRoutes(server: FastifyInstance, heroku: HerokuContext): void {
  const { manifest } = heroku;
  const requireService = (name: string): void => {
    if (name !== manifest.id) throw notFound('add_on service');
  };
  server.get('/account', (request) => {
    const { id, email } = userOf(request);
    return { id, email, name: null, verified: true, beta: false, federated: false, two_factor_authentication: false, default_team: null };
  });
  server.get('/addon-services', () => [presentService(manifest)]);
  server.get('/addon-services/:service', (request) => {
    requireService(pathPart(request, 'service'));
    return presentService(manifest);
  });
  server.get('/addon-services/:service/plans', (request) => {
    requireService(pathPart(request, 'service'));
    return manifest.plans.map((plan) => presentPlan(manifest, plan));
  });
  for (const path of ['/plans/:plan', '/addon-services/:service/plans/:plan']) {
    server.get(path, (request) => {
      const plan = findPlan(manifest, pathPart(request, 'plan'));
      if (!plan) throw notFound('plan');
      return presentPlan(manifest, plan);
    });
  }
  server.get('/regions', () =>
    regionNames.map((name) => ({ id: name, name, description: name, country: name, locale: name, private_capable: true })),
  );
  server.get('/teams', () => []);
}
