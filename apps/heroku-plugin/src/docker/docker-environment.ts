import type { ConnectionRecord } from '../connection/connection-record.js';
import type { Variables } from '../env.js';

/** The three variables that every Docker client understands. */
export function dockerVariables({ dockerHost, certificate }: Pick<ConnectionRecord, 'dockerHost' | 'certificate'>): Variables {
  return { DOCKER_HOST: dockerHost, DOCKER_CERT_PATH: certificate.folder, DOCKER_TLS_VERIFY: '1' };
}

/** Variables of the shell that would lead Docker elsewhere, or past the verification. */
const contrary = ['DOCKER_CONTEXT', 'DOCKER_TLS', 'DOCKER_MACHINE_NAME'];

/** `base` pointed at the add-on's Docker, whatever Docker the shell was pointed at. */
export function dockerEnvironment(base: Variables, record: Pick<ConnectionRecord, 'dockerHost' | 'certificate'>): Variables {
  const kept = Object.entries(base).filter(([name]) => !contrary.includes(name));
  return { ...Object.fromEntries(kept), ...dockerVariables(record) };
}
