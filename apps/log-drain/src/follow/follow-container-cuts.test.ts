import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { seeded } from '../testing/docker-frames.js';
import { eventually, pause } from '../testing/eventually.js';
import { Following, joined } from '../testing/following.js';
import type { StandInContainer } from '../testing/stand-in-container.js';

vi.mock('node:timers/promises', async () => await import('../testing/brief-sleep.js'));
vi.setConfig({ testTimeout: 60_000 });

let following: Following;
let web: StandInContainer;
beforeEach(async () => {
  following = await Following.start();
  web = following.docker.run('web');
});
afterEach(async () => await following.stop());

const cuts = 50;
const texts = () => web.messages.map(({ text }) => text.replace(/\n$/, ''));

/** Prints a little: times repeat, hurry and rest; texts repeat, but not within a nanosecond; some go to stderr. */
function print(random: () => number): void {
  if (random() < 0.2) web.beginFile();
  for (let count = Math.floor(random() * 12); count > 0; count -= 1) {
    const isAgain = random() < 0.2;
    const text = isAgain ? 'again' : `${String(web.messages.length)}: ${'.'.repeat(Math.floor(random() ** 3 * 300))}`;
    const stepMs = isAgain ? 1e-6 : 0;
    web.write(text, { stepMs: random() < 0.4 ? stepMs : stepMs + random() ** 4 * 3_000, stream: random() < 0.2 ? 2 : 1 });
  }
}

describe('ContainerFollower', () => {
  it.each([1, 2, 3])('loses and repeats nothing when its stream is cut anywhere, fifty times (seed %i)', async (seed) => {
    const random = seeded(seed);
    const { docker, log } = following;
    docker.cutsAfter.push(...Array.from({ length: cuts }, () => Math.floor(random() ** 2 * 4_000)));
    // What is stored now and then moves the anchor on.
    log.onAdd = () => void (random() < 0.1 && follower.position());
    const follower = following.follow(web);
    while (docker.cutsAfter.length > 0) {
      print(random);
      const before = docker.cutsAfter.length;
      if (random() < 0.3) log.open(Math.floor(random() * 5));
      await pause(2);
      if (random() < 0.1) docker.cutLogs();
      log.open();
      // A stream ends where its bytes do: without new ones it would last.
      await eventually(() => {
        if (docker.cutsAfter.length === before && log.printed.length === web.messages.length) print(random);
        expect(docker.cutsAfter.length).toBeLessThan(before);
      });
    }
    print(random);
    docker.end(web);
    await eventually(() => expect(log.said).toEqual(['web started', 'web exited with code 0']));
    expect(log.printed).toEqual(texts());
    expect(await follower.ended).toBe('exited');
  });

  it.each([4, 5])('loses and repeats nothing when followers come and go, each with the cursor of the last (seed %i)', async (seed) => {
    const random = seeded(seed);
    let follower = following.follow(web);
    for (let round = 0; round < cuts; round += 1) {
      print(random);
      const wanted = following.log.printed.length + Math.floor(random() * (web.messages.length - following.log.printed.length));
      await eventually(() => expect(following.log.printed.length).toBeGreaterThanOrEqual(wanted));
      const stopped = follower.stop();
      const { cursor } = follower.position();
      await stopped;
      follower = following.follow(web, cursor);
    }
    following.docker.end(web);
    expect(await follower.ended).toBe('exited');
    expect(following.log.printed).toEqual(texts());
    expect(following.log.said).toEqual(['web started', 'web exited with code 0']);
  });

  it('repeats nothing when its stream is cut in the middle of a long line', async () => {
    const { docker, log } = following;
    docker.cutsAfter.push(...Array.from({ length: 8 }, (_, index) => 5_000 + index * 7_000));
    web.write('before');
    // Docker's parts of one line have one time, and but for the last no line end; the other stream goes on meanwhile.
    for (const letter of ['a', 'b', 'c']) {
      web.write(letter.repeat(16 * 1024), { end: '', stepMs: 0 });
      web.write(`between ${letter}`, { stepMs: 0, stream: 2 });
    }
    web.write('tail', { stepMs: 0 });
    const follower = following.follow(web);
    await eventually(() => expect(docker.cutsAfter).toEqual([]));
    web.write('after');
    docker.end(web);
    expect(await follower.ended).toBe('exited');
    const ofStream = (severity: string) => log.lines.filter((line) => line.process !== 'dockhero' && line.severity === severity);
    expect(joined(ofStream('info').map(({ text }) => text))).toBe('before[16384 a][16384 b][16384 c]tailafter');
    expect(ofStream('error').map(({ text }) => text)).toEqual(['between a', 'between b', 'between c']);
  });

  it('does not mistake a container’s end for a cut, nor a cut for its end', async () => {
    const { docker, log } = following;
    const follower = following.follow(web);
    for (let round = 0; round < 10; round += 1) {
      web.write(`round ${String(round)}`);
      await eventually(() => expect(log.printed.length).toBe(round + 1));
      docker.cutLogs();
    }
    docker.end(web);
    docker.cutLogs();
    expect(await follower.ended).toBe('exited');
    expect(log.printed).toEqual(texts());
    expect(log.said).toEqual(['web started', 'web exited with code 0']);
  });
});
