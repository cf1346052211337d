import type { ClientConfig } from '@dockhero/contracts/client-api';
import { ApiRefusal, callApi } from '../connection/call-api.js';
import { type ConnectionRecord, forgetConnection } from '../connection/connection-record.js';
import type { Session } from '../connection/session.js';
import type { DiskLook } from './disk-look.js';
import { explainFullDisk } from './explain-full-disk.js';
import { type ProbeResult, probeHost } from './probe-host.js';

const askMs = 3_000;

/** What is known of the command that has failed. */
interface Failed {
  readonly disk: DiskLook;
  /** Hosts of whose full disk it has warned. */
  readonly told?: readonly number[];
}

/**
 * Looks whether the connection, or a full disk, was at fault when a client has failed, and says so with the mend. What can be mended by connecting anew is forgotten,
 * so that the next command does; a host that is merely out of reach would cost a certificate for each failure, so there the certificate stays.
 */
export async function explainFailure(session: Session, record: ConnectionRecord, { disk, told = [] }: Failed): Promise<void> {
  const probed = await probeHost(record);
  if (probed === 'answers') return disk === 'never' ? undefined : await explainFullDisk(session, record, told);
  const found = probed === 'unreachable' && (await hasMoved(record)) ? 'moved' : probed;
  if (found !== 'unreachable') await forgetConnection(session.folder, record.certificate.serial);
  session.terminal.warn(describe(found, new URL(record.dockerHost).host, session));
}

/** True when the add-on's Docker is elsewhere by now, or is no more; false when that could not be asked. */
async function hasMoved({ configUrl, dockerHost }: ConnectionRecord): Promise<boolean> {
  try {
    const { body } = await callApi<ClientConfig>(configUrl, { method: 'GET', path: '', timeoutMs: askMs });
    return body.docker_host !== dockerHost;
  } catch (error) {
    return error instanceof ApiRefusal && error.isUnknownUrl;
  }
}

function describe(found: Exclude<ProbeResult, 'answers'> | 'moved', host: string, session: Session): string {
  const { appName: app } = session.source;
  switch (found) {
    case 'refused':
      return "The host refused this machine's certificate: it was revoked or has expired. Run the command again; it gets a new one.";
    case 'untrusted':
      return `${host} did not show the certificate of ${app}'s add-on. Run the command again; it reads the add-on's address anew.`;
    case 'moved':
      return `The Docker of ${app} is no longer at ${host}. Run the command again; it reads the add-on's address anew.`;
    case 'unreachable':
      return `${host}, the Docker of ${app}, cannot be reached from here. heroku dh:doctor${session.flags} finds out why; a firewall must let port 2376 out.`;
  }
}
