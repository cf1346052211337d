import { lookup } from 'node:dns/promises';
import { connect, isIP } from 'node:net';
import { probeHost } from '../../docker/probe-host.js';
import type { Check } from '../check.js';
import { ownFlags } from '../facts.js';
import { error, type Finding, ok } from '../finding.js';

const stepMs = 5_000;

/** From name to answer, one step at a time: the first that fails is the one to mend. */
export const hostReachable: Check = {
  name: 'the way to the host',
  async run(facts) {
    const connection = await facts.connectionOrNull();
    if (!connection) return [];
    const { hostname, port } = new URL(connection.dockerHost);
    const reached = (await resolveName(hostname)) ?? (await openPort(hostname, Number(port), ownFlags(facts)));
    if (reached) return [reached];
    const app = ownFlags(facts);
    switch (await probeHost(connection, stepMs)) {
      case 'answers':
        return [ok('host', `Docker answers at ${hostname}:${port}`)];
      case 'refused':
        return [
          error(
            'host-refused-certificate',
            `The host takes connections, and refuses this machine's certificate.`,
            `It was revoked, or the clock is wrong. See who holds which: heroku dh:certs${app}`,
            `The second of two commands gets a new one: heroku dh:docker version${app}`,
          ),
        ];
      case 'untrusted':
        return [
          error(
            'host-untrusted',
            `What answers at ${hostname}:${port} does not show the add-on's certificate. Something in between opens TLS, or the host was replaced.`,
            `Try without VPN or proxy; then: heroku dh:docker version${app}`,
          ),
        ];
      case 'unreachable':
        return [
          error(
            'host-silent',
            `${hostname}:${port} takes connections and does not answer.`,
            `See how the add-on is: heroku dh:status${app}`,
          ),
        ];
    }
  },
};

async function resolveName(hostname: string): Promise<Finding | null> {
  if (isIP(hostname)) return null;
  const found = await Promise.race([lookup(hostname).catch(() => null), timeout()]);
  if (found) return null;
  return error(
    'host-name-unknown',
    `The name ${hostname} cannot be looked up.`,
    `See if your DNS knows it: nslookup ${hostname}`,
    'A new name takes a few minutes; try another network or VPN.',
  );
}

async function openPort(hostname: string, port: number, flags: string): Promise<Finding | null> {
  const code = await new Promise<string | null>((resolve) => {
    const socket = connect({ host: hostname, port });
    const end = (result: string | null): void => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(stepMs, () => end('no answer'));
    socket.once('connect', () => end(null));
    socket.once('error', (failure: NodeJS.ErrnoException) => end(failure.code ?? failure.message));
  });
  if (code === null) return null;
  return error(
    'host-port-closed',
    `${hostname} does not take connections on port ${String(port)} from here (${code}).`,
    `A firewall, often of an office, must let TCP port ${String(port)} out. See: nc -vz ${hostname} ${String(port)}`,
    `Or the host is being replaced: heroku dh:status${flags}`,
  );
}

function timeout(): Promise<null> {
  return new Promise((resolve) => setTimeout(() => resolve(null), stepMs).unref());
}
