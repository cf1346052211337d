import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundleHostAgent } from '../../../scripts/bootstrap/host-agent-bundle.mjs';

let dir = '';
const texts: string[] = [];
beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'dockhero-bundle-'));
  for (const name of ['one', 'elsewhere/two']) {
    const file = path.join(dir, name, 'host-agent.mjs');
    await bundleHostAgent(file);
    texts.push(readFileSync(file, 'utf8'));
  }
});
afterAll(() => rmSync(dir, { recursive: true }));

it('the same source gives the same bytes, without a path of this machine', () => {
  expect(texts[1]).toBe(texts[0]);
  expect(texts[0]).not.toContain(process.cwd());
});

it('needs Node’s own modules only', () => {
  const imported = [...(texts[0] ?? '').matchAll(/(?:from|import\() ?"([^"]+)"/g)].map(([, name]) => name);
  expect(imported.length).toBeGreaterThan(5);
  for (const name of imported) expect(builtinModules).toContain(name?.replace(/^node:/, ''));
});
