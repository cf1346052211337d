// Stands in for our API where a command asks how full the hosts' disks are: one host with room, told at once.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { answerParent } from '../log-drain/helper.mjs';

const gib = 2 ** 30;
const server = createServer((_, response) => {
  const to = new Date().toISOString();
  const disk = { disk_used_bytes: [4 * gib], disk_used_bytes_max: [4 * gib], disk_total_bytes: [16 * gib] };
  response.setHeader('content-type', 'application/json').end(JSON.stringify({ to, hosts: [{ host: 1, times: [to], ...disk }] }));
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
answerParent({ url: `http://127.0.0.1:${server.address().port}` }, {});
