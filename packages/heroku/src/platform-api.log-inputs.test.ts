import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Secret } from '@dockhero/domain/secret';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PlatformApi } from './platform-api.js';

const token = new Secret('token');

/** As Heroku has it, of the add-on's own app. */
const attachment = (number: number) => ({
  id: `attachment-${String(number)}`,
  app: { id: 'app-1', name: `app-${String(number)}` },
  addon: { app: { id: 'app-1' } },
  log_input_url: `https://logplex.example/${String(number)}`,
});

describe('PlatformApi', () => {
  let server: Server;
  let ranges: (string | undefined)[];
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let api: PlatformApi;
  beforeEach(async () => {
    ranges = [];
    server = createServer((request, response) => {
      ranges.push(request.headers.range);
      answer(request, response);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    api = new PlatformApi(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  it('reads the log inputs of all pages, asking for each as Heroku says', async () => {
    const pages = new Map([
      [undefined, { numbers: [1, 2], next: 'id ]attachment-2..; max=2' }],
      ['id ]attachment-2..; max=2', { numbers: [3, 4], next: 'id ]attachment-4..; max=2' }],
      ['id ]attachment-4..; max=2', { numbers: [5], next: null }],
    ]);
    answer = (request, response) => {
      const page = pages.get(request.headers.range);
      response.writeHead(page?.next ? 206 : 200, page?.next ? { 'next-range': page.next } : {});
      response.end(JSON.stringify(page?.numbers.map(attachment)));
    };
    const inputs = await api.logInputs(token, 'addon-1');
    expect(inputs.map(({ appName, url }) => [appName, url?.reveal()])).toEqual(
      [1, 2, 3, 4, 5].map((number) => [`app-${String(number)}`, `https://logplex.example/${String(number)}`]),
    );
    expect(ranges).toEqual([...pages.keys()]);
  });

  it('takes a list without end for a Heroku that is out of order', async () => {
    answer = (_request, response) => {
      response.writeHead(206, { 'next-range': 'id ..; max=1' });
      response.end(JSON.stringify([attachment(1)]));
    };
    await expect(api.logInputs(token, 'addon-1')).rejects.toMatchObject({ code: 'heroku_unavailable' });
  });

  it('takes what is no list for a Heroku that is out of order', async () => {
    answer = (_request, response) => void response.end('{"id":"surprise"}');
    await expect(api.logInputs(token, 'addon-1')).rejects.toMatchObject({ code: 'heroku_unavailable' });
  });
});
