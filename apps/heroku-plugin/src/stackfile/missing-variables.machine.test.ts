import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findVariables } from './find-variables.js';
import { findMissing, placeholdersFor } from './missing-variables.js';
import { parseStackfile } from './parse-stackfile.js';
import { runDockerCompose } from './testing/compose-oracle.js';

const stack = `version: "3.8"
services:
  web:
    image: x:\${TEXT:?}
    read_only: \${TRUTH:?}
    ports: ["\${PORT_A:?}:80"]
    volumes: ["\${FOLDER:?}:/data"]
    container_name: \${NAMED:?}
    stop_grace_period: \${GRACE:?}
    healthcheck: {test: [CMD, x], interval: "\${TIME:?}", retries: "\${COUNT:?}"}
    deploy: {replicas: "\${REPLICAS:?}", resources: {limits: {memory: "\${MEMORY:?}"}}}
volumes: {data: {name: "\${VOLUME:?}"}}
`;

it('lets docker-compose read a stackfile whose required variables have placeholders only', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'placeholders-'));
  try {
    const file = join(folder, 'f.yml');
    await writeFile(file, stack);
    const call = { arguments: ['-f', file, 'config', '-q'] };
    const without = await runDockerCompose({ ...call, environment: { PATH: process.env['PATH'] ?? '' } });
    expect(without.status).toBe(1);
    const missing = findMissing(findVariables(parseStackfile(stack, 'f.yml'), 'compose-1'), () => undefined, 'none');
    const filled = await runDockerCompose({ ...call, environment: { PATH: process.env['PATH'] ?? '', ...placeholdersFor(missing) } });
    expect([filled.stderr, filled.status]).toEqual(['', 0]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
