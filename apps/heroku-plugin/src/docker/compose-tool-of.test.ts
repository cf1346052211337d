import { mkdtemp, readFile, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeFakeClient } from '../testing/fake-client.js';
import { composeToolOf } from './compose-tool-of.js';

const standalone = { kind: 'standalone', file: 'docker-compose', args: [] } as const;

describe('composeToolOf', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'compose-version-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** A docker-compose of this version that notes when it is asked. */
  async function tool(version: string): Promise<string> {
    const bin = await writeFakeClient(folder, 'docker-compose', `echo "$@" >> "${folder}/asked"; echo "${version}"`);
    return composeToolOf(standalone, { PATH: `${bin}:/usr/bin:/bin` }, join(folder, 'data'));
  }
  const asked = async (): Promise<string[]> => (await readFile(join(folder, 'asked'), 'utf8')).trim().split('\n');

  it.each([
    ['1.29.2', 'compose-1'],
    ['2.27.0', 'compose'],
    ['v5.0.1', 'compose'],
    ['who knows', 'compose'],
  ])('reads %s as %s, whatever kind of file it is', async (version, expected) => {
    expect(await tool(version)).toBe(expected);
    expect(await asked()).toEqual(['version --short']);
  });

  it('asks once, and again when the program was replaced', async () => {
    await tool('1.29.2');
    const path = join(folder, 'fake-bin', 'docker-compose');
    const environment = { PATH: `${join(folder, 'fake-bin')}:/usr/bin:/bin` };
    expect(await composeToolOf(standalone, environment, join(folder, 'data'))).toBe('compose-1');
    expect(await asked()).toHaveLength(1);
    await utimes(path, new Date(), new Date(Date.now() + 60_000));
    expect(await composeToolOf(standalone, environment, join(folder, 'data'))).toBe('compose-1');
    expect(await asked()).toHaveLength(2);
  });

  it("asks nobody about Docker's own plugin", async () => {
    expect(await composeToolOf({ kind: 'plugin', file: 'docker', args: ['compose'] }, { PATH: '/nowhere' }, folder)).toBe('compose');
  });
});
