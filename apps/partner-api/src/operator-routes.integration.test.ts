import { provisionRequest } from '@dockhero/contracts/partner-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ApiUnderTest, aProvisionRequest } from './testing/api-under-test.js';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await ApiUnderTest.start(15);
});
afterAll(() => api.stop());

it('health says that the process lives, ready that it can work', async () => {
  expect((await api.call('GET', '/health')).body).toEqual({ status: 'ok' });
  // A process's first query may take longer than a check waits, on a busy machine.
  const ready = async () => {
    const { status, body } = await api.call('GET', '/ready');
    return [status, body];
  };
  await expect.poll(ready, { timeout: 20_000 }).toEqual([200, { status: 'ready', checks: [{ name: 'postgres', ok: true }] }]);
});

describe('the metrics', () => {
  it('count requests by route, method and status, and no label holds a token or an id', async () => {
    const id = await api.provision();
    const token = await api.tokenOf(id);
    for (const path of [`/c/${token}`, `/c/${token}/status`, `/c/${token}/none`, `/${token}`, '/c/%zz']) await api.call('GET', path);
    await api.heroku('DELETE', `/${id}`);
    const { status, headers, text } = await api.call('GET', '/metrics');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^text\/plain/);
    expect(text).toContain('dockhero_http_request_duration_seconds_count{method="POST",route="/heroku/resources",status="202"} 1');
    expect(text).toContain('route="/c/:token",status="409"');
    expect(text).toContain('route="none",status="404"');
    expect(text).toContain('process_resident_memory_bytes');
    for (const secret of [token, id, 'canary']) expect(text).not.toContain(secret);
  });
});

describe('the OpenAPI document', () => {
  interface Operation {
    readonly operationId: string;
    readonly responses: Record<string, unknown>;
    readonly requestBody?: { content: Record<string, { schema: Parameters<typeof z.fromJSONSchema>[0] }> };
    readonly parameters?: readonly { name: string }[];
  }
  type Path = Record<string, Operation> & { parameters?: readonly { name: string; in: string }[] };
  const read = async () =>
    (await api.call('GET', '/openapi.json')).body as unknown as {
      openapi: string;
      servers: { url: string }[];
      components: object;
      paths: Record<string, Path>;
    };
  const operations = (path: Path) => Object.entries(path).filter(([key]) => key !== 'parameters') as [string, Operation][];

  it('is 3.1, names our public URL, and declares each path’s parameters', async () => {
    const document = await read();
    expect([document.openapi, document.servers]).toEqual(['3.1.0', [{ url: api.env.PUBLIC_URL }]]);
    for (const [path, item] of Object.entries(document.paths)) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect((item.parameters ?? []).map(({ name }) => name)).toEqual(inPath);
      for (const [, operation] of operations(item)) expect(Object.keys(operation.responses).length).toBeGreaterThan(0);
    }
    const ids = Object.values(document.paths).flatMap((item) => operations(item).map(([, { operationId }]) => operationId));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('describes routes that exist, all of them', async () => {
    const { paths } = await read();
    for (const [path, item] of Object.entries(paths)) {
      for (const [method] of operations(item)) {
        const { body } = await api.call(method.toUpperCase(), path.replaceAll(/\{\w+\}/g, '0f6f2c54-3a4b-4d0e-9d5b-1c2d3e4f5a6b'));
        // What agents ask is answered on their own listener only.
        expect([method, path, body.id === 'address_unknown']).toEqual([method, path, path.startsWith('/agent/')]);
      }
    }
    // Nest says what it has mapped when it starts.
    const mapped = [...api.logs().matchAll(/Mapped \{([^,]+), (\w+)\} route/g)].map(
      ([, path = '', method = '']) => `${method.toLowerCase()} ${path.replaceAll(/:(\w+)/g, '{$1}')}`,
    );
    const described = Object.entries(paths).flatMap(([path, item]) => operations(item).map(([method]) => `${method} ${path}`));
    expect(described.toSorted()).toEqual(mapped.toSorted());
  });

  it('carries the very schema that requests are checked against', async () => {
    const { paths } = await read();
    const schema = paths['/heroku/resources']?.post?.requestBody?.content['application/json']?.schema;
    const described = z.fromJSONSchema(schema ?? false);
    const samples = [
      aProvisionRequest(),
      aProvisionRequest({ oauth_grant: null, extra: 1 }),
      { ...aProvisionRequest(), uuid: 'x' },
      { ...aProvisionRequest(), plan: 7 },
      {},
    ];
    for (const sample of samples) expect(described.safeParse(sample).success).toBe(provisionRequest.safeParse(sample).success);
  });
});
