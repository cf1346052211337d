import type { Check } from '../check.js';
import type { DockerVersion } from '../facts.js';
import { error, type Finding, ok } from '../finding.js';

/** Do the local client and the host's engine speak a common version of Docker's API? */
export const dockerApiVersion: Check = {
  name: "the versions of Docker's API",
  async run(facts) {
    return (await facts.connectionOrNull()) ? compareApiVersions(await facts.dockerVersion()) : [];
  },
};

/** The client refuses or is refused before it shows a server: then only its words tell why. */
function compareApiVersions({ client, server, stderr }: DockerVersion): readonly Finding[] {
  const tooOld = /client version \S+ is too old.*?API version is ([\d.]+\d)/i.exec(stderr);
  if (tooOld || (client && server && isBelow(client.api, server.minApi))) {
    const needed = tooOld?.[1] ?? server?.minApi ?? '';
    return [
      error(
        'docker-client-too-old',
        `The docker client${client ? ` (${client.version}, API ${client.api})` : ''} is too old for the host, which wants API ${needed} or later.`,
        'Update it: https://docs.docker.com/get-docker/',
      ),
    ];
  }
  if (/API version \S+ (is )?too old|client version \S+ is too new|requires API version/i.test(stderr)) {
    return [
      error(
        'docker-client-too-new',
        `The docker client${client ? ` (${client.version})` : ''} is too new for the host: ${firstLine(stderr)}`,
        'Use an older client: https://docs.docker.com/engine/release-notes/',
      ),
    ];
  }
  return server ? [ok('docker-api-version', `Docker on the host is ${server.version} (API ${server.api})`)] : [];
}

/** `1.9` is below `1.24`: numbers, not text. */
function isBelow(version: string, least: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0] = least.split('.').map(Number);
  return version !== '' && least !== '' && (major - leastMajor || minor - leastMinor) < 0;
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}
