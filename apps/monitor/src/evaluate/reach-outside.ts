import { connect } from 'node:net';

const answerMs = 3_000;

/**
 * Whether anything outside can be reached from here: a TCP connection to any of these, which are up whenever our own network is.
 * @param addresses `host:port`. @returns null when there are none. Bounded by three seconds; never rejects.
 */
export async function reachesOutside(addresses: readonly string[]): Promise<boolean | null> {
  if (addresses.length === 0) return null;
  const answers = addresses.map(async (address) => {
    if (!(await canConnect(address))) throw new Error(address);
    return true;
  });
  return await Promise.any(answers).catch(() => false);
}

async function canConnect(address: string): Promise<boolean> {
  const colon = address.lastIndexOf(':');
  return await new Promise((resolve) => {
    const socket = connect({ host: address.slice(0, colon), port: Number(address.slice(colon + 1)) });
    const end = (isConnected: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(isConnected);
    };
    // Looking up a name has no bound of its own.
    const timer = setTimeout(() => end(false), answerMs);
    socket.once('connect', () => end(true)).on('error', () => end(false));
  });
}
