import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ClientCertificateStore, type NewCertificate } from './client-certificate-store.js';
import { RevocationStore } from './revocation-store.js';
import { lease, load, newResource, openTestDatabase } from './testing/open-test-database.js';

let stores: Awaited<ReturnType<typeof openTestDatabase>>;
let certificates: ClientCertificateStore;
let revocations: RevocationStore;
beforeAll(async () => {
  stores = await openTestDatabase();
  certificates = new ClientCertificateStore(stores.database);
  revocations = new RevocationStore(stores.database);
});
afterAll(() => stores.close());

const hourMs = 3_600_000;
const inHours = (hours: number) => new Date(Date.now() + hours * hourMs);
const aCertificate = (patch: Partial<NewCertificate> = {}): NewCertificate => ({
  serial: randomBytes(16).toString('hex'),
  kind: 'person',
  label: 'ann on her laptop',
  expiresAt: inHours(12),
  ...patch,
});

async function aResource(): Promise<string> {
  const resource = newResource();
  await stores.resources.create(resource);
  return resource.id;
}

const tokenOf = async (id: string) => (await stores.resources.configToken(id))?.token.reveal() ?? '';

async function issue(id: string, patch: Partial<NewCertificate> = {}): Promise<string> {
  const certificate = aCertificate(patch);
  await certificates.record(id, await tokenOf(id), certificate);
  return certificate.serial;
}

const eventsOf = async (id: string) =>
  (await stores.database.auditEvent.findMany({ where: { resourceId: id, kind: 'certificate' }, orderBy: { id: 'asc' } })).map(
    ({ text }) => text,
  );

describe('a certificate that was handed out', () => {
  it('is listed until its end, newest first, with who holds it', async () => {
    const id = await aResource();
    const [first, second] = [await issue(id), await issue(id, { kind: 'bundle', label: 'long-lived bundle' })];
    await issue(id, { expiresAt: inHours(-1) });
    const { certificates: list, bundleEnabled } = await certificates.list(id);
    expect(list.map(({ serial, kind, label, revokedAt }) => [serial, kind, label, revokedAt])).toEqual([
      [second, 'bundle', 'long-lived bundle', null],
      [first, 'person', 'ann on her laptop', null],
    ]);
    expect(bundleEnabled).toBe(true);
  });

  it('is revoked once: a second time changes neither its time nor what hosts should have', async () => {
    const id = await aResource();
    const serial = await issue(id);
    const revokedAt = await certificates.revoke(id, serial);
    expect(await certificates.revoke(id, serial)).toEqual(revokedAt);
    expect(await revocations.revoked(id)).toEqual({ version: 2, serials: [{ serial, revokedAt }] });
    expect(await eventsOf(id)).toEqual(['A certificate was issued: ann on her laptop', 'A certificate was revoked: ann on her laptop']);
  });

  it('is nobody’s business but its own resource’s', async () => {
    const [id, other] = [await aResource(), await aResource()];
    const serial = await issue(id);
    await expect(certificates.revoke(other, serial)).rejects.toMatchObject({ code: 'certificate_not_found' });
    expect(await certificates.revokeAll(other)).toMatchObject({ revoked: 0 });
    expect((await certificates.list(id)).certificates).toMatchObject([{ serial, revokedAt: null }]);
  });

  it('leaves the table a month after its end, when the next is issued', async () => {
    const id = await aResource();
    const old = await issue(id, { expiresAt: inHours(-31 * 24) });
    const recent = await issue(id, { expiresAt: inHours(-29 * 24) });
    const serial = await issue(id);
    const rows = await stores.database.clientCertificate.findMany({ where: { resourceId: id } });
    expect(rows.map((row) => row.serial).toSorted()).toEqual([recent, serial].toSorted());
    expect(rows.map((row) => row.serial)).not.toContain(old);
  });

  it('is forgotten with its resource, and none is recorded after that', async () => {
    const id = await aResource();
    await issue(id);
    const held = await lease(stores.database, id);
    await load(stores.clusters, held);
    const token = await tokenOf(id);
    const racing = Promise.allSettled(Array.from({ length: 10 }, () => certificates.record(id, token, aCertificate())));
    await stores.clusters.forget(held, new Date(), 2);
    await racing;
    expect(await stores.database.clientCertificate.count({ where: { resourceId: id } })).toBe(0);
    await expect(certificates.record(id, token, aCertificate())).rejects.toMatchObject({ code: 'resource_gone' });
    expect(await stores.resources.rotateConfigToken(id)).toBe(false);
  });
});

describe('a rotation', () => {
  it('revokes every certificate that was recorded before it, also among many that are being issued', async () => {
    const id = await aResource();
    const [issuing, rotating] = [
      Array.from({ length: 60 }, () => issue(id)),
      Array.from({ length: 6 }, async () => {
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 150));
        return await certificates.revokeAll(id);
      }),
    ];
    const [rotations] = await Promise.all([Promise.all(rotating), Promise.all(issuing)]);
    const times = rotations.map(({ revokedAt }) => revokedAt.getTime()).toSorted((a, b) => a - b);
    const { certificates: list } = await certificates.list(id);
    expect(list).toHaveLength(60);
    const late = list.filter(({ issuedAt, revokedAt }) => {
      const next = times.find((time) => time > issuedAt.getTime());
      return next !== undefined && revokedAt?.getTime() !== next && revokedAt?.getTime() !== issuedAt.getTime();
    });
    expect(late).toEqual([]);
    expect(rotations.reduce((sum, { revoked }) => sum + revoked, 0)).toBe(list.filter(({ revokedAt }) => revokedAt).length);
  });

  it('waits for a certificate that is about to be recorded, and revokes it', async () => {
    const id = await aResource();
    const { serial, kind, label, expiresAt } = aCertificate();
    let isRotated = false;
    let rotation: Promise<unknown> = Promise.resolve();
    await stores.database.$transaction(async (transaction) => {
      await transaction.$queryRaw`SELECT FROM resources WHERE id = ${id}::uuid FOR NO KEY UPDATE`;
      rotation = certificates.revokeAll(id).then((answer) => {
        isRotated = true;
        return answer;
      });
      await waitUntilBlocked();
      await transaction.clientCertificate.create({ data: { serial, resourceId: id, kind, label, issuedAt: new Date(), expiresAt } });
      expect(isRotated).toBe(false);
    });
    expect(await rotation).toMatchObject({ revoked: 1 });
    expect((await revocations.revoked(id)).serials.map((row) => row.serial)).toEqual([serial]);
  });

  it('by the new capability URL is not undone by a request that came with the old one before it was dead', async () => {
    const id = await aResource();
    const old = await tokenOf(id);
    await stores.resources.rotateConfigToken(id);
    const held = await lease(stores.database, id);
    await load(stores.clusters, held);
    await certificates.record(id, old, aCertificate());
    let late: Promise<unknown> = Promise.resolve();
    await stores.database.$transaction(async (transaction) => {
      await transaction.$queryRaw`SELECT FROM resources WHERE id = ${id}::uuid FOR NO KEY UPDATE`;
      late = certificates.record(id, old, aCertificate()).catch((error: unknown) => error);
      await waitUntilBlocked();
      await stores.clusters.record(held, { publishedConfigTokenVersion: 2 });
    });
    expect(await late).toMatchObject({ code: 'resource_not_found' });
    await issue(id);
  });

  it('of nothing leaves hosts with the list that they have', async () => {
    const id = await aResource();
    expect(await certificates.revokeAll(id)).toMatchObject({ revoked: 0 });
    expect((await revocations.revoked(id)).version).toBe(1);
  });
});

describe('the bundle', () => {
  it('switched off revokes bundles and no person’s certificate, and hands out none until it is switched on', async () => {
    const id = await aResource();
    const [bundle, person] = [await issue(id, { kind: 'bundle' }), await issue(id)];
    expect(await certificates.switchBundle(id, false)).toMatchObject({ revoked: 1 });
    expect(await certificates.switchBundle(id, false)).toMatchObject({ revoked: 0 });
    await expect(issue(id, { kind: 'bundle' })).rejects.toMatchObject({ code: 'bundle_disabled' });
    expect((await revocations.revoked(id)).serials.map(({ serial }) => serial)).toEqual([bundle]);
    expect((await certificates.list(id)).certificates.find(({ serial }) => serial === person)?.revokedAt).toBeNull();
    await certificates.switchBundle(id, true);
    await issue(id, { kind: 'bundle' });
    expect((await certificates.list(id)).bundleEnabled).toBe(true);
  });

  it('is not handed out by a download that a switch has overtaken', async () => {
    const id = await aResource();
    const downloads = Array.from({ length: 20 }, () => issue(id, { kind: 'bundle' }).catch(() => null));
    await certificates.switchBundle(id, false);
    const handedOut = (await Promise.all(downloads)).filter((serial) => serial !== null);
    const revoked = (await revocations.revoked(id)).serials.map(({ serial }) => serial);
    expect(revoked.toSorted()).toEqual(handedOut.toSorted());
  });
});

describe('the limits', () => {
  const fill = async (resourceId: string, count: number, patch: { kind?: string; revokedAt?: Date; expiresAt?: Date } = {}) => {
    const row = { resourceId, kind: 'person', label: 'x', issuedAt: new Date(), expiresAt: inHours(12), ...patch };
    await stores.database.clientCertificate.createMany({
      data: Array.from({ length: count }, () => ({ ...row, serial: randomBytes(16).toString('hex') })),
    });
  };

  it('let a resource have a thousand valid certificates of a kind, and not one more, however many ask at once', async () => {
    const id = await aResource();
    await fill(id, 990);
    await fill(id, 100, { expiresAt: inHours(-1) });
    const answers = await Promise.allSettled(Array.from({ length: 20 }, () => issue(id)));
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
    for (const answer of answers) if (answer.status === 'rejected') expect(answer.reason).toMatchObject({ code: 'too_many_certificates' });
    await issue(id, { kind: 'bundle' });
    await certificates.revokeAll(id);
    await issue(id);
  });

  it('bound the list of the revoked', async () => {
    const id = await aResource();
    await fill(id, 10_000, { revokedAt: new Date() });
    await expect(issue(id)).rejects.toMatchObject({ code: 'too_many_certificates', message: expect.stringContaining('reach their end') });
    await issue(id, { kind: 'bundle' });
  });
});

describe('what a host should have', () => {
  it('is numbered by changes of what is revoked, and ends with the wish for the resource', async () => {
    const id = await aResource();
    const held = await lease(stores.database, id);
    await load(stores.clusters, held);
    const [host] = await stores.clusters.ensureHosts(held, 1);
    const hostId = host?.id ?? '';
    expect(await revocations.versionFor(hostId)).toEqual({ resourceId: id, version: 1 });
    for (const version of [2, 3]) {
      await certificates.revoke(id, await issue(id));
      expect(await revocations.versionFor(hostId)).toEqual({ resourceId: id, version });
    }
    await stores.resources.remove(id);
    expect(await revocations.versionFor(hostId)).toBeNull();
    expect(await revocations.versionFor(id)).toBeNull();
  });

  it('names a revoked certificate until its end on a host whose clock is an hour slow, and not for longer', async () => {
    const id = await aResource();
    const row = { resourceId: id, kind: 'person', label: 'x', issuedAt: inHours(-13), revokedAt: inHours(-2) };
    await stores.database.clientCertificate.createMany({
      data: [
        { ...row, serial: `a${id}`, expiresAt: inHours(-0.5) },
        { ...row, serial: `b${id}`, expiresAt: inHours(-1.5) },
      ],
    });
    expect((await revocations.revoked(id)).serials.map(({ serial }) => serial)).toEqual([`a${id}`]);
  });
});

/** Until some session of this database waits for another's lock. */
async function waitUntilBlocked(): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    const rows = await stores.database.$queryRaw<unknown[]>`
      SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    if (rows.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('nobody waits for the lock');
}
