import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * Lets instances reach services of this machine that listen on loopback only: each port on the gateway address leads to the same port
 * on 127.0.0.1. Nothing but the fabric's link ever sees the gateway address.
 */
export async function forwardFromGateway(gatewayAddress: string, ports: number[]): Promise<{ close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const servers: Server[] = [];
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  };
  try {
    for (const port of new Set(ports)) servers.push(await listen(gatewayAddress, port, sockets));
  } catch (error) {
    await close();
    throw error;
  }
  return { close };
}

function listen(address: string, port: number, sockets: Set<Socket>): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, (incoming) => {
    const outgoing = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    for (const [socket, other] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.once('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: address, port }, () => resolve(server));
  });
}
