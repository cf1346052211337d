// The real Docker client, configured as the original's CLI plugin does it: from DOCKHERO_CONFIG_URL and its long-lived bundle alone.
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Reads the config and unpacks the certificates. @returns variables for `docker`. */
export async function dockerVariables(configUrl, folder) {
  const config = await getJson(configUrl);
  const response = await fetch(config.certs, { signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw new Error(`${config.certs} answered ${response.status}`);
  const certificates = join(folder, config.name);
  mkdirSync(certificates, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, 'certs.tgz'), Buffer.from(await response.arrayBuffer()), { mode: 0o600 });
  await run('tar', ['-xzf', join(folder, 'certs.tgz'), '-C', certificates]);
  return { DOCKER_HOST: config.docker_host, DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: certificates };
}

export async function getJson(url) {
  const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw new Error(`${new URL(url).pathname.split('/')[1]} answered ${response.status}: ${await response.text()}`);
  return await response.json();
}

/** @returns a function that runs one docker command and gives its standard output. */
export function dockerClient(variables, folder) {
  const environment = { ...process.env, DOCKER_CONFIG: join(folder, 'docker-config'), ...variables };
  return async (args, timeoutMs = 120_000) => {
    const { stdout } = await run('docker', args, { env: environment, timeout: timeoutMs, maxBuffer: 16 << 20 });
    return stdout.trim();
  };
}
