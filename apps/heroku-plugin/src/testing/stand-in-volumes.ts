import { createHash, randomUUID } from 'node:crypto';
import type {
  BackupAnswer,
  BackupBlocks,
  BackupSchedule,
  BackupScheduleRequest,
  ChangeVolumeRequest,
  CreateBackupRequest,
  DestroyedBackupAnswer,
  RestoreBackupRequest,
  VolumeAnswer,
} from '@dockhero/contracts/volumes-api';

type Answer = [number, unknown, Record<string, string>?];

/** The routes of volumes and backups below the capability URL, with state and rules of their own. */
export class StandInVolumes {
  volumes: VolumeAnswer[] = [];
  backups: BackupAnswer[] = [];
  /** Of add-ons that were destroyed. */
  destroyed: DestroyedBackupAnswer[] = [];
  schedule: BackupSchedule = {
    window_hour: 2,
    keep: { daily: 7, weekly: 4, monthly: 6 },
    final_days: 7,
    defaults: { size: 10, type: 'gp3', fs: 'ext4', backups: 'daily' },
  };
  /** What restores were asked for. */
  restores: { id: string; request: RestoreBackupRequest }[] = [];
  verifications: string[] = [];
  /** Of every backup, by index. */
  blocks = new Map<number, Buffer>();
  blockBytes = 4_096;
  pageSize = 16;
  /** Of the one backup that blocks are asked of, in GiB. */
  blocksRead: number[] = [];
  /** Looks at each block before it is sent; may send something else. */
  onBlock: (index: number, bytes: Buffer) => Answer | Promise<Answer> = (_, bytes) => blockAnswer(bytes);
  /** What passes between two looks at the list. */
  onLook: () => void = () => undefined;

  /** Null for what is none of its routes. */
  answer(route: string, query: URLSearchParams, body: unknown): Answer | Promise<Answer> | null {
    const [method = '', path = ''] = route.split(' ');
    const [, kind, ...rest] = path.split('/').map(decodeURIComponent);
    if (kind === 'volumes') return this.#ofVolumes(method, rest, body);
    return kind === 'backups' ? this.#ofBackups(method, rest, query, body) : null;
  }

  #ofVolumes(method: string, [name, verb]: string[], body: unknown): Answer {
    if (name === undefined) {
      this.onLook();
      return [200, { volumes: this.volumes, limits: { volumes: 4, size: 100 } }];
    }
    const found = this.volumes.find((volume) => volume.name === name);
    if (!found) return refused(404, 'volume_not_found', 'There is no such volume. `heroku dh:volumes` lists them.');
    if (verb === 'undelete') return [202, this.#change(found, { state: 'creating', kept_until: null })];
    if (method !== 'PATCH') throw new Error(`no such route: ${method} ${name}`);
    const wanted = body as Partial<VolumeAnswer> & ChangeVolumeRequest;
    const { size = found.size, type = found.type } = wanted;
    if (size < found.size) return refused(422, 'volume_shrink', 'A volume only grows. To make it smaller, create another and copy.');
    return /^io[12]$/.test(type) && size < 4
      ? refused(422, 'volume_options', `A volume of type ${type} has 4 GiB or more.`)
      : [200, this.#change(found, wanted)];
  }

  #ofBackups(method: string, [id, verb, index]: string[], query: URLSearchParams, body: unknown): Answer | Promise<Answer> {
    if (id === undefined && method === 'GET') {
      this.onLook();
      return [200, { backups: this.backups, schedule: this.schedule }];
    }
    if (id === 'destroyed') return [200, { backups: this.destroyed }];
    if (id === undefined) return [202, this.#create(body as CreateBackupRequest)];
    if (id === 'schedule') return [200, this.#reschedule(body as BackupScheduleRequest)];
    if (verb === 'restore') return this.#restore(id, body as RestoreBackupRequest);
    if (verb === 'verify') {
      this.verifications.push(id);
      return [202, this.backups.find((backup) => backup.id === id)];
    }
    if (index === undefined) return [200, this.#page(Number(query.get('from')))];
    this.blocksRead.push(Number(index));
    return this.onBlock(Number(index), this.blocks.get(Number(index)) ?? Buffer.alloc(0));
  }

  #page(from: number): BackupBlocks {
    const all = [...this.blocks.keys()].filter((index) => index >= from).toSorted((a, b) => a - b);
    return { block_bytes: this.blockBytes, size: 1, indexes: all.slice(0, this.pageSize), next: all[this.pageSize] ?? null };
  }

  #create({ volume, note }: CreateBackupRequest): BackupAnswer {
    const backup = aBackup({ id: randomUUID(), volume, kind: 'manual', state: 'requested', note: note ?? null });
    this.backups.unshift(backup);
    return backup;
  }

  #restore(id: string, request: RestoreBackupRequest): Answer {
    this.restores.push({ id, request });
    const name = request.into ?? this.backups.find((backup) => backup.id === id)?.volume ?? '';
    const found = this.volumes.find((volume) => volume.name === name);
    if (found) return [202, this.#change(found, { waiting_for: 'the restore' })];
    const made = aVolume({ name, state: 'creating', host: null, ebs_volume_id: null });
    this.volumes.push(made);
    return [202, made];
  }

  #reschedule({ keep, defaults, ...rest }: BackupScheduleRequest): BackupSchedule {
    const set = JSON.parse(JSON.stringify({ ...rest, ...(keep ? { keep } : {}) })) as Partial<BackupSchedule>;
    this.schedule = {
      ...this.schedule,
      ...set,
      defaults: { ...this.schedule.defaults, ...(defaults as Partial<BackupSchedule['defaults']>) },
    };
    return this.schedule;
  }

  #change(volume: VolumeAnswer, change: Partial<VolumeAnswer>): VolumeAnswer {
    const changed = { ...volume, ...change };
    this.volumes = this.volumes.map((one) => (one === volume ? changed : one));
    return changed;
  }
}

/** A block as the API sends it. */
export function blockAnswer(bytes: Buffer): Answer {
  return [200, bytes, { 'x-dockhero-sha256': createHash('sha256').update(bytes).digest('hex') }];
}

function refused(status: number, id: string, message: string): Answer {
  return [status, { id, message, request_id: 'r' }];
}

/** Attached to host 1, backed up on 26 November 2026. */
export function aVolume(change: Partial<VolumeAnswer>): VolumeAnswer {
  return {
    id: randomUUID(),
    name: 'data',
    size: 20,
    type: 'gp3',
    fs: 'ext4',
    backups: 'daily',
    state: 'attached',
    host: 1,
    ebs_volume_id: 'vol-0123456789abcdef0',
    created_at: '2026-11-20T10:00:00.000Z',
    kept_until: null,
    waiting_for: null,
    trouble: null,
    last_backup_at: '2026-11-26T02:10:00.000Z',
    backup_verified_at: null,
    ...change,
  };
}

/** Complete, of the volume `data`, of the night of 26 November 2026. */
export function aBackup(change: Partial<BackupAnswer>): BackupAnswer {
  return {
    id: '7d3f09aa-3a4b-4d5e-8f60-0123456789ab',
    volume: 'data',
    kind: 'daily',
    state: 'completed',
    consistency: 'filesystem',
    consistency_detail: null,
    size: 20,
    changed_bytes: 1_610_612_736,
    note: null,
    requested_at: '2026-11-26T02:09:00.000Z',
    taken_at: '2026-11-26T02:10:00.000Z',
    completed_at: '2026-11-26T02:30:00.000Z',
    kept_until: '2026-12-03T02:10:00.000Z',
    failure: null,
    verification: null,
    verified_at: null,
    verification_detail: null,
    ...change,
  };
}
