import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { EBSClient } from '@aws-sdk/client-ebs';
import pino from 'pino';
import type { Cloud } from '../../../cloud.js';
import { Faults } from '../../../control/faults.js';
import { Journal } from '../../../control/journal.js';
import { Throttle } from '../../../control/throttle.js';
import { networkLayout } from '../../../network-layout.js';
import { emptyState, type CloudState, type Snapshot } from '../../../state/cloud-state.js';
import { newId } from '../../../state/new-id.js';
import { createEc2Server } from '../../../wire/ec2-server.js';
import { EbsStore } from '../../ebs-store.js';
import { openEbsDirect, type EbsDirect } from '../open-ebs-direct.js';

const log = pino({ level: 'silent' });
const PENDING_MS = 20;

/** The EBS direct API on EC2's server, over a plain folder: no machine, no root, a clock that tests can put forward. */
export interface DirectWorld {
  url: string;
  ebs: EBSClient;
  store: EbsStore;
  /** As it was saved last. */
  saved(): CloudState;
  faults: Faults;
  throttle: Throttle;
  journal: Journal;
  direct: EbsDirect;
  /** Puts the clock forward. */
  advance(ms: number): void;
  /** Makes a completed snapshot, blank unless `write` puts something into its file. */
  addSnapshot(options?: Partial<Snapshot>, write?: (file: string) => Promise<void>): Promise<Snapshot>;
  /** As EC2's DeleteSnapshot does. */
  deleteSnapshot(id: string): Promise<void>;
  /** Ends this run and starts the next over what has been saved. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export async function createDirectWorld({ visibilityMs = 0 } = {}): Promise<DirectWorld> {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'dockhero-direct-'));
  await mkdir(path.join(dataDir, 'ebs/volumes'), { recursive: true }); // a store that is there already is not mounted, so needs no root
  const store = await EbsStore.open({ dataDir, log });
  let [aheadMs, state, savedText] = [0, emptyState(), JSON.stringify(emptyState())];
  const now = (): number => Date.now() + aheadMs;
  const save = (): void => {
    savedText = JSON.stringify(state);
  };
  const parts = { faults: new Faults(), throttle: new Throttle(), journal: new Journal() };
  let end = async (): Promise<void> => undefined;
  const open = async (): Promise<Pick<DirectWorld, 'url' | 'ebs' | 'direct'>> => {
    state = JSON.parse(savedText) as CloudState;
    const delays = { visibilityMs, pendingMs: PENDING_MS };
    const direct = openEbsDirect({ ...parts, cloud: { state, save, log, delays }, store, now });
    const server = createEc2Server({ ...parts, cloud: { log, network: networkLayout('10.99') } as Cloud });
    await server.register(direct.routes);
    await server.listen({ host: '127.0.0.1', port: 0 });
    end = async () => {
      await server.close();
      await direct.close();
    };
    const url = `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
    return { url, ebs: testEbsClient(url), direct };
  };
  const world: DirectWorld = {
    ...(await open()),
    ...parts,
    store,
    saved: () => JSON.parse(savedText) as CloudState,
    advance: (ms) => {
      aheadMs += ms;
    },
    async addSnapshot(options = {}, write) {
      const snapshot = { ...aSnapshot(), ...options };
      await store.createSnapshot(snapshot.id, snapshot.sizeGib, null);
      await write?.(store.snapshotFile(snapshot.id));
      state.snapshots[snapshot.id] = snapshot;
      save();
      return snapshot;
    },
    async deleteSnapshot(id) {
      delete state.snapshots[id];
      save();
      await store.removeSnapshot(id);
    },
    async restart() {
      world.ebs.destroy();
      await end();
      Object.assign(world, await open());
    },
    async close() {
      world.ebs.destroy();
      await end();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  return world;
}

/** @param maxAttempts 1 shows each error as it comes. */
export function testEbsClient(endpoint: string, maxAttempts = 3): EBSClient {
  return new EBSClient({
    endpoint,
    region: 'us-east-1',
    maxAttempts,
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'not-checked' },
  });
}

function aSnapshot(): Snapshot {
  const nowMs = Date.now();
  return {
    id: newId('snap'),
    volumeId: newId('vol'),
    sizeGib: 1,
    state: 'completed',
    statusMessage: null,
    description: '',
    encrypted: false,
    startedAtMs: nowMs,
    completedAtMs: nowMs,
    visibleAtMs: 0,
    lineage: 'one',
    tags: {},
  };
}
