import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Secret } from '@dockhero/domain/secret';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PlatformApi } from './platform-api.js';

let server: Server;
let platform: PlatformApi;
/** By path; a number is a status without more. */
let answers: Record<string, unknown>;

beforeAll(async () => {
  server = createServer((request, response) => {
    const answer = answers[request.url ?? ''] ?? 404;
    response.writeHead(typeof answer === 'number' ? answer : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(typeof answer === 'number' ? { id: 'x', message: 'x' } : answer));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  platform = new PlatformApi(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  answers = {
    '/addons/r1': { id: 'r1', app: { id: 'a1', name: 'shop' } },
    '/apps/a1': { id: 'a1', owner: { email: 'Ann@Example.test' } },
    '/apps/a1/collaborators': [collaborator('ann@example.test', 'owner'), collaborator('bob@example.test', 'member')],
  };
});

const collaborator = (email: string, role: string | null) => ({ user: { id: email, email }, role });
const contacts = async () => await platform.contacts(new Secret('t'), 'r1');

describe('PlatformApi.contacts', () => {
  it('names owner and collaborators, each once', async () => {
    expect(await contacts()).toEqual([
      { email: 'ann@example.test', role: 'owner' },
      { email: 'bob@example.test', role: 'member' },
    ]);
  });

  it('leaves out a team, which has no mailbox', async () => {
    answers['/apps/a1'] = { owner: { email: 'acme@herokumanager.com' } };
    answers['/apps/a1/collaborators'] = [
      collaborator('acme@herokumanager.com', 'owner'),
      collaborator('bob@example.test', 'admin'),
      collaborator('eve@example.test', null),
    ];
    expect(await contacts()).toEqual([
      { email: 'bob@example.test', role: 'admin' },
      { email: 'eve@example.test', role: 'collaborator' },
    ]);
  });

  it('is content with the owner where Heroku does not show the others', async () => {
    answers['/apps/a1/collaborators'] = 403;
    expect(await contacts()).toEqual([{ email: 'ann@example.test', role: 'owner' }]);
  });

  it('says so when Heroku does not show the app', async () => {
    answers['/apps/a1'] = 403;
    await expect(contacts()).rejects.toMatchObject({ code: 'heroku_forbidden' });
    answers['/apps/a1'] = { owner: null };
    await expect(contacts()).rejects.toMatchObject({ code: 'heroku_unavailable' });
  });
});
