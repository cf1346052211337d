import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findCompose } from './find-compose.js';

describe('findCompose', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'compose-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function program(path: string, mode = 0o755): Promise<void> {
    const full = join(folder, path);
    await mkdir(dirname(full), { recursive: true });
    await writeFile(full, '');
    await chmod(full, mode);
  }
  const environment = (): Record<string, string> => ({ PATH: join(folder, 'bin'), HOME: folder });
  const plugin = { kind: 'plugin', file: 'docker', args: ['compose'] };
  const standalone = { kind: 'standalone', file: 'docker-compose', args: [] };

  it("prefers Docker's plugin in the user's folder to the program in PATH", async () => {
    await Promise.all(['bin/docker', 'bin/docker-compose', '.docker/cli-plugins/docker-compose'].map((path) => program(path)));
    expect(findCompose(environment())).toEqual(plugin);
  });

  it("looks where DOCKER_CONFIG and Docker's settings say", async () => {
    await Promise.all(['bin/docker', 'config/cli-plugins/docker-compose'].map((path) => program(path)));
    expect(findCompose({ ...environment(), DOCKER_CONFIG: join(folder, 'config') })).toEqual(plugin);
    await program('brew/docker-compose');
    await mkdir(join(folder, 'other'));
    await writeFile(join(folder, 'other', 'config.json'), JSON.stringify({ cliPluginsExtraDirs: [join(folder, 'brew')] }));
    expect(findCompose({ ...environment(), DOCKER_CONFIG: join(folder, 'other') })).toEqual(plugin);
  });

  it('takes docker-compose where there is no plugin, or none that may be run', async () => {
    await Promise.all(['bin/docker', 'bin/docker-compose'].map((path) => program(path)));
    await program('.docker/cli-plugins/docker-compose', 0o644);
    expect(findCompose(environment())).toEqual(standalone);
  });

  it('knows the folders and the spelling of Windows', async () => {
    await Promise.all(['bin/docker.exe', 'data/Docker/cli-plugins/docker-compose.exe'].map((path) => program(path)));
    expect(findCompose({ Path: join(folder, 'bin'), ProgramData: join(folder, 'data'), USERPROFILE: folder }, 'win32')).toEqual(plugin);
  });

  it('says what to install', async () => {
    expect(() => findCompose(environment())).toThrow(
      "Couldn't find docker binary installed locally. Install it: https://docs.docker.com/get-docker/",
    );
    await program('bin/docker');
    expect(() => findCompose(environment())).toThrow('https://docs.docker.com/compose/install/');
  });
});
