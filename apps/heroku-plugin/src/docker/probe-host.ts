import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import type { ConnectionRecord } from '../connection/connection-record.js';

/**
 * `refused`: the host took the connection and not the certificate · `untrusted`: the host's own certificate is not of the add-on's authority ·
 * `unreachable`: no connection, or no answer in time.
 */
export type ProbeResult = 'answers' | 'refused' | 'untrusted' | 'unreachable';

/** Asks the host's Docker for a sign of life with our certificate, within `timeoutMs`. Never throws. */
export async function probeHost(
  { dockerHost, certificate }: Pick<ConnectionRecord, 'dockerHost' | 'certificate'>,
  timeoutMs = 2_000,
): Promise<ProbeResult> {
  const { hostname, port } = new URL(dockerHost);
  const files = await Promise.all(['ca.pem', 'cert.pem', 'key.pem'].map((name) => readFile(join(certificate.folder, name)))).catch(
    () => null,
  );
  if (!files) return 'refused';
  const [ca, cert, key] = files;
  return new Promise((resolve) => {
    let isSecure = false;
    const socket = connectTls({ host: hostname, port: Number(port), ca, cert, key, ...(isIP(hostname) ? {} : { servername: hostname }) });
    const end = (result: ProbeResult): void => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(timeoutMs, () => end('unreachable'));
    socket.once('secureConnect', () => {
      isSecure = true;
      // With TLS 1.3 the host judges our certificate after its own part is done: only an answer says that it was taken.
      socket.write('GET /_ping HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n');
    });
    socket.once('data', () => end('answers'));
    socket.once('error', (error: NodeJS.ErrnoException) => end(judge(error.code ?? '', isSecure)));
    socket.once('close', () => end(isSecure ? 'refused' : 'unreachable'));
  });
}

function judge(code: string, isSecure: boolean): ProbeResult {
  if (/ALERT/.test(code)) return 'refused';
  if (/^(CERT_|ERR_TLS_CERT|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(code)) return 'untrusted';
  return isSecure ? 'refused' : 'unreachable';
}
