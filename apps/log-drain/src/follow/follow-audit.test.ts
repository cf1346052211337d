import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually, pause } from '../testing/eventually.js';
import { hostId } from '../testing/following.js';
import { MemoryAudit, MemoryDatabase } from '../testing/memory-stores.js';
import { RecordingAppLog } from '../testing/recording-app-log.js';
import { AuditFollower, ownLinesId } from './follow-audit.js';

vi.mock('node:timers/promises', async () => await import('../testing/brief-sleep.js'));
vi.setConfig({ testTimeout: 30_000 });

const since = new Date('2026-11-26T10:00:00Z');
let audit: MemoryAudit;
let log: RecordingAppLog;
let followers: AuditFollower[];
beforeEach(() => {
  audit = new MemoryAudit(new MemoryDatabase());
  log = new RecordingAppLog();
  followers = [];
});
afterEach(async () => void (await Promise.all(followers.map((follower) => follower.stop()))));

const follow = (cursor = null as ReturnType<AuditFollower['position']>['cursor'] | null): AuditFollower => {
  const services = { audit: audit.port, log: log.port, logger: pino({ level: 'silent' }) };
  const follower = new AuditFollower('resource-1', hostId, cursor, since, services);
  followers.push(follower);
  return follower;
};
const told = async (texts: string[]) => await eventually(() => expect(log.texts).toEqual(texts));
const notices = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => `notice ${String(from + index)}`);
const writeNotices = (from: number, to: number) => {
  for (const text of notices(from, to)) audit.write('notice', text);
};

describe('AuditFollower', () => {
  it('tells each entry that concerns the app’s people once, in order, with its time, and moves its position', async () => {
    const follower = follow();
    audit.write('desired', 'provision', new Date('2026-11-26T10:00:01.234Z'));
    audit.write('enrolment', 'for operators');
    audit.write('step', 'swarm ready: done');
    audit.write('trouble', 'no capacity');
    audit.write('step', 'tell heroku: done');
    await told(['provision', 'no capacity', 'the add-on is ready']);
    expect(log.lines[0]).toEqual({ process: 'dockhero', severity: 'info', at: '2026-11-26T10:00:01.234000000Z', text: 'provision' });
    expect(log.lines[1]?.severity).toBe('error');
    const cursor = { containerId: ownLinesId, followed: 5, anchorAt: '', anchorHash: '', lastAt: '', startedAt: '', finishedAt: '' };
    expect(log.positions.at(-1)).toEqual({ hostId, cursor });
    expect(follower.position()).toEqual({ hostId, cursor });
    writeNotices(0, 3);
    await told(['provision', 'no capacity', 'the add-on is ready', ...notices(0, 3)]);
    expect(log.positions.at(-1)?.cursor.followed).toBe(8);
  });

  it('stores the position of entries that it does not tell: they are not read again', async () => {
    follow();
    audit.write('step', 'swarm ready: done');
    await eventually(() => expect(log.positions.at(-1)?.cursor.followed).toBe(1));
    expect(log.texts).toEqual([]);
  });

  it('tells nothing from before the resource was followed first', async () => {
    audit.write('desired', 'long ago', new Date(since.getTime() - 1));
    audit.write('desired', 'just then', since);
    follow();
    await told(['just then']);
  });

  it('goes on where the stored position is', async () => {
    writeNotices(0, 3);
    const first = follow();
    await told(notices(0, 3));
    await first.stop();
    writeNotices(3, 6);
    const { cursor } = first.position();
    follow(cursor);
    await told(notices(0, 6));
  });

  it('tells many entries at once, hundreds at a time, in order', async () => {
    writeNotices(0, 350);
    follow();
    await told(notices(0, 350));
    expect(log.positions.map(({ cursor }) => cursor.followed)).toEqual([100, 200, 300, 350]);
  });

  it('waits while the database is away, and loses and repeats nothing', async () => {
    writeNotices(0, 2);
    follow();
    await told(notices(0, 2));
    audit.database.isDown = true;
    writeNotices(2, 4);
    await pause(100);
    audit.database.isDown = false;
    await told(notices(0, 4));
    expect(log.positions.at(-1)?.cursor.followed).toBe(4);
  });

  it('brings nothing where there is no room, and everything once there is', async () => {
    log.close();
    writeNotices(0, 3);
    follow();
    await pause(100);
    expect([log.texts, log.positions]).toEqual([[], []]);
    log.open();
    await told(notices(0, 3));
  });

  it('is over once it was stopped', async () => {
    const follower = follow();
    await follower.stop();
    writeNotices(0, 3);
    await pause(100);
    expect(log.texts).toEqual([]);
  });
});
