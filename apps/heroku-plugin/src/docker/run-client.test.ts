import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProgram } from '../testing/run-program.js';
import { runClient } from './run-client.js';

const environment = { PATH: '/usr/bin:/bin' };
const sh = (script: string): Promise<number> => runClient({ file: 'sh', args: ['-c', script], environment });

describe('runClient', () => {
  it.each([0, 1, 7, 125, 255])('passes on exit code %i', async (code) => {
    expect(await sh(`exit ${String(code)}`)).toBe(code);
  });

  it.each([
    ['TERM', 143],
    ['INT', 130],
    ['KILL', 137],
  ])('tells a child killed by SIG%s as shells do', async (signal, code) => {
    expect(await sh(`kill -${signal} $$`)).toBe(code);
  });

  it('says where to get a program that is not there', async () => {
    await expect(runClient({ file: 'no-such-docker', args: [], environment })).rejects.toMatchObject({
      message: "Couldn't find no-such-docker binary installed locally. Install it: https://docs.docker.com/get-docker/",
      exitCode: 127,
    });
  });

  it('gives the child the environment it was told and nothing else', async () => {
    expect(await sh('test "$(env | grep -vE "^(PATH|PWD|SHLVL|_|OLDPWD)=")" = ""')).toBe(0);
  });

  it('puts the listeners that were there before back', async () => {
    const former = (): void => undefined;
    process.on('SIGINT', former);
    await sh('exit 0');
    expect(process.listeners('SIGINT')).toContain(former);
    expect(process.listenerCount('SIGTERM')).toBe(0);
    process.removeListener('SIGINT', former);
  });
});

/** As the Heroku CLI is with telemetry on: its own listener ends it at once. */
const impatient = (client: string): string => `
  process.on('SIGINT', () => process.exit(1));
  process.on('SIGTERM', () => process.exit(1));
  const { runClient } = await import(${JSON.stringify(new URL('./run-client.ts', import.meta.url).href)});
  const script = ${JSON.stringify(client)};
  process.exitCode = await runClient({ file: 'sh', args: ['-c', script], environment: { PATH: process.env.PATH } });
`;

describe('runClient under signals', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'run-client-'));
    // What the sources import under the name they will have when built.
    await writeFile(
      join(folder, 'hook.mjs'),
      `import { registerHooks } from 'node:module';
       registerHooks({ resolve: (specifier, context, next) => {
         try { return next(specifier, context); } catch (error) { return next(specifier.replace(/\\.js$/, '.ts'), context); }
       } });`,
    );
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** Types with parameter properties need more than stripping. */
  const program = (client: string): string[] => [
    '--experimental-transform-types',
    '--no-warnings',
    '--import',
    join(folder, 'hook.mjs'),
    '--input-type=module',
    '-e',
    impatient(client),
  ];
  const options = (): { env: Record<string, string>; cwd: string } => ({ env: { PATH: environment.PATH }, cwd: folder });
  const start = (client: string): ReturnType<typeof startProgram> => startProgram(process.execPath, program(client), options());

  /** Ends a while after its first signal, with how many it got: a second one would not be missed. Ends without one as well. */
  const counting = (signal: string): string =>
    `n=0; trap 'n=$((n+1))' ${signal}; echo ready; i=0; while [ $n = 0 ] && [ $i -lt 500 ]; do i=$((i+1)); sleep 0.02; done; for _ in 1 2 3 4 5 6 7 8 9 10; do sleep 0.05; done; exit $((n+40))`;

  it.each(['INT', 'QUIT', 'TERM', 'HUP'])(
    'hands a SIG%s to the child once when there is no terminal, sent to us alone or to our group',
    async (name) => {
      for (const isGroup of [false, true]) {
        const { child, ended, output } = start(counting(name));
        await expect.poll(output, { timeout: 10_000 }).toContain('ready');
        process.kill((isGroup ? -1 : 1) * (child.pid ?? 0), `SIG${name}`);
        expect(await ended).toMatchObject({ code: 41 });
      }
    },
    30_000,
  );

  it('leaves Ctrl-C to the terminal, which has sent it to the child: that gets one', async () => {
    await writeFile(join(folder, 'program.mjs'), impatient(counting('INT')));
    const command = `exec ${process.execPath} --experimental-transform-types --no-warnings --import ${join(folder, 'hook.mjs')} program.mjs`;
    const child = spawn('script', ['-qec', command, '/dev/null'], { ...options(), stdio: ['pipe', 'pipe', 'inherit'], timeout: 20_000 });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const code = new Promise((resolve) => child.once('close', resolve));
    await expect.poll(() => output, { timeout: 10_000 }).toContain('ready');
    child.stdin.write('\u0003');
    expect(await code).toBe(41);
  }, 30_000);

  it('outlives a Ctrl-C until the child has ended, and ends with its code', async () => {
    const { child, ended, output } = start('trap "echo stopping; sleep 0.3; exit 5" INT; echo ready; while :; do sleep 0.05; done');
    await expect.poll(output, { timeout: 10_000 }).toContain('ready');
    process.kill(-(child.pid ?? 0), 'SIGINT');
    expect(await ended).toMatchObject({ code: 5, out: 'ready\nstopping\n' });
  }, 20_000);

  it('hands a SIGTERM that only it gets to the child', async () => {
    const { child, ended, output } = start('trap "echo stopping; exit 6" TERM; echo ready; while :; do sleep 0.05; done');
    await expect.poll(output, { timeout: 10_000 }).toContain('ready');
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 6, out: 'ready\nstopping\n' });
  }, 20_000);
});
