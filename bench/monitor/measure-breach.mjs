// From a host's memory jumping over its threshold to the mail, and to the peer's webhook. All hosts jump at once: as each is looked at at a moment
// of its own, that gives the whole range of what may happen.
import { setTimeout as sleep } from 'node:timers/promises';

const forMs = 60_000;

/**
 * @param options.watched hosts with address and mail address, by the name of who watches them; `peers`: names of those that post about `peerHosts`.
 * @returns milliseconds beyond the rule's `for`, by name.
 */
export async function breach({ agents, receivers, watched, peers, peerHosts, agentPort, patienceMs }) {
  const before = await receivers.ask('received');
  if (before.mails.length > 0 || before.posts.length > 0) throw new Error('somebody was told before anything happened');
  const hosts = Object.values(watched).flat();
  const jumpedAt = await agents.ask('jump', { addresses: hosts.map(({ address }) => address), ratio: 0.95 });
  const first = (list, isIt) => list.find(isIt)?.at ?? null;
  for (const end = Date.now() + patienceMs; ; await sleep(500)) {
    const { mails, posts } = await receivers.ask('received');
    const mailed = Object.entries(watched).map(([name, list]) => [name, list.map(({ email }) => first(mails, ({ to }) => to === email))]);
    const posted = peers.map((name) => {
      const isAbout = (address) => (post) => post.peer === name && post.instance === `${address}:${agentPort}`;
      return [name, peerHosts.map(({ address }) => first(posts, isAbout(address)))];
    });
    const told = [...mailed, ...posted];
    if (told.every(([, times]) => !times.includes(null))) {
      const beyond = (times) => spread(times.map((at) => at - jumpedAt - forMs));
      return { repeated: mails.length - hosts.length, told: Object.fromEntries(told.map(([name, times]) => [name, beyond(times)])) };
    }
    if (Date.now() > end) {
      const missing = told.map(([name, times]) => `${name} ${times.filter((at) => at === null).length}`);
      throw new Error(`after ${patienceMs} ms not everybody was told; missing: ${missing.join(', ')}`);
    }
  }
}

function spread(numbers) {
  const all = numbers.toSorted((a, b) => a - b);
  return { hosts: all.length, min: all[0], median: all[Math.floor(all.length / 2)], max: all.at(-1), all };
}
