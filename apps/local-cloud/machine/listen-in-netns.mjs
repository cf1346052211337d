// Started inside a network namespace: listens on HOST PORT there and passes the socket to its parent. See listen-in-fabric.ts.
import { createServer } from 'node:net';

const [host, port] = process.argv.slice(2);
const server = createServer();
server.listen({ host, port: Number(port), backlog: 512 }, () => process.send?.('listening', server));
process.once('message', () => process.exit(0));
