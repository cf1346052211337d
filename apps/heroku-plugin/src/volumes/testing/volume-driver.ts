/**
 * A program for Node.js: Docker's volume driver `dockhero` with volumes in `/srv/NAME`. It writes each mount and unmount with its id to `/srv/calls`, and refuses to
 * mount with the text of `/srv/refuse` when that is there.
 */
export const driverScript = `
const { createServer } = require('node:http');
const { appendFileSync, existsSync, mkdirSync, readFileSync } = require('node:fs');
const made = new Set();
const volume = (Name) => ({ Name, Mountpoint: '/srv/' + Name, Status: {} });
const answers = {
  '/Plugin.Activate': () => ({ Implements: ['VolumeDriver'] }),
  '/VolumeDriver.Capabilities': () => ({ Capabilities: { Scope: 'global' } }),
  '/VolumeDriver.Create': ({ Name }) => { mkdirSync('/srv/' + Name, { recursive: true }); made.add(Name); return {}; },
  '/VolumeDriver.Get': ({ Name }) => made.has(Name) ? { Volume: volume(Name) } : { Err: 'no such volume' },
  '/VolumeDriver.List': () => ({ Volumes: [...made].map(volume) }),
  '/VolumeDriver.Path': ({ Name }) => ({ Mountpoint: '/srv/' + Name }),
  '/VolumeDriver.Mount': ({ Name, ID }) => {
    if (existsSync('/srv/refuse')) return { Err: readFileSync('/srv/refuse', 'utf8').trim() };
    appendFileSync('/srv/calls', 'Mount ' + ID + '\\n');
    return { Mountpoint: '/srv/' + Name };
  },
  '/VolumeDriver.Unmount': ({ ID }) => { appendFileSync('/srv/calls', 'Unmount ' + ID + '\\n'); return {}; },
};
createServer(async (request, response) => {
  let text = '';
  for await (const chunk of request) text += chunk;
  const answer = answers[request.url](text === '' ? {} : JSON.parse(text));
  response.writeHead(answer.Err ? 500 : 200, { 'Content-Type': 'application/vnd.docker.plugins.v1.2+json' });
  response.end(JSON.stringify({ Err: '', ...answer }));
}).listen('/run/docker/plugins/dockhero.sock');
`;
