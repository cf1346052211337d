import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { configOfApp } from '../apps/app-config.js';
import { createApp } from '../apps/create-app.js';
import { destroyApp } from '../apps/destroy-app.js';
import { setAppConfig } from '../apps/set-app-config.js';
import type { HerokuContext } from '../context.js';
import { invalidParams, notFound } from './api-error.js';
import { appsOf, callerOf, requireApp, userOf } from './caller.js';
import { parseInput, pathPart } from './parse-input.js';
import { presentApp, presentCollaborator } from './present-app.js';

const createSchema = z.object({ name: z.string().optional(), region: z.string().optional() });
const renameSchema = z.object({ name: z.string().regex(/^[a-z][a-z0-9-]{1,28}[a-z0-9]$/) });
const configSchema = z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string().nullable());
const collaboratorSchema = z.object({ user: z.string().min(3) });

/** Apps, their config vars and who has access. */
export function addAppRoutes(server: FastifyInstance, heroku: HerokuContext): void {
  for (const path of ['/apps', '/users/:user/apps']) {
    server.get(path, (request) => appsOf(heroku, userOf(request)).map(presentApp));
  }
  server.post('/apps', async (request, reply) => {
    const app = createApp(heroku, parseInput(createSchema, request.body), userOf(request).email);
    return reply.code(201).send(presentApp(app));
  });
  server.get('/apps/:app', (request) => presentApp(requireApp(heroku, callerOf(request), pathPart(request, 'app'))));
  server.patch('/apps/:app', (request) => {
    const app = requireApp(heroku, userOf(request), pathPart(request, 'app'));
    const { name } = parseInput(renameSchema, request.body);
    const taken = heroku.store.findApp(name);
    if (taken && taken !== app) throw invalidParams(`Name ${name} is already taken`);
    app.name = name;
    return presentApp(app);
  });
  server.delete('/apps/:app', async (request) => {
    const user = userOf(request);
    const app = requireApp(heroku, user, pathPart(request, 'app'));
    await destroyApp(heroku, app, user.email);
    return presentApp(app);
  });
  for (const list of ['dynos', 'pipeline-couplings', 'domains', 'formation', 'builds', 'log-drains']) {
    server.get(`/apps/:app/${list}`, (request) => {
      requireApp(heroku, callerOf(request), pathPart(request, 'app'));
      if (list === 'pipeline-couplings') throw notFound('app');
      return [];
    });
  }
  addConfigRoutes(server, heroku);
  addCollaboratorRoutes(server, heroku);
}

function addConfigRoutes(server: FastifyInstance, heroku: HerokuContext): void {
  server.get('/apps/:app/config-vars', (request) =>
    configOfApp(heroku.manifest, heroku.store, requireApp(heroku, userOf(request), pathPart(request, 'app'))),
  );
  server.patch('/apps/:app/config-vars', (request) => {
    const user = userOf(request);
    const app = requireApp(heroku, user, pathPart(request, 'app'));
    setAppConfig(heroku, app, parseInput(configSchema, request.body), user.email);
    return configOfApp(heroku.manifest, heroku.store, app);
  });
}

function addCollaboratorRoutes(server: FastifyInstance, heroku: HerokuContext): void {
  server.get('/apps/:app/collaborators', (request) => {
    const app = requireApp(heroku, callerOf(request), pathPart(request, 'app'));
    return [app.ownerEmail, ...app.collaborators].map((email) => presentCollaborator(app, email));
  });
  server.post('/apps/:app/collaborators', async (request, reply) => {
    const app = requireApp(heroku, userOf(request), pathPart(request, 'app'));
    const { user: email } = parseInput(collaboratorSchema, request.body);
    if (!app.collaborators.includes(email)) app.collaborators.push(email);
    return reply.code(201).send(presentCollaborator(app, email));
  });
  server.delete('/apps/:app/collaborators/:email', (request) => {
    const app = requireApp(heroku, userOf(request), pathPart(request, 'app'));
    const email = pathPart(request, 'email');
    app.collaborators = app.collaborators.filter((one) => one !== email);
    return presentCollaborator(app, email);
  });
}
