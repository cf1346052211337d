import { execFileSync, spawn } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  closeSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createHash, randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Session } from '../connection/session.js';
import { KnownApp } from '../testing/known-app.js';
import { RecordedTerminal } from '../testing/recorded-terminal.js';
import { StandInApi } from '../testing/stand-in-api.js';
import { aBackup, blockAnswer, StandInVolumes } from '../testing/stand-in-volumes.js';
import { runTarDownload } from './run-tar-download.js';

const api = new StandInApi();
const blockBytes = 16_384;
const id = aBackup({}).id;
const small = randomBytes(100_000);
const large = randomBytes(24_000_000);
const place = mkdtempSync(join(tmpdir(), 'download-tar-'));
const image = join(place, 'disk.img');
const terminal = new RecordedTerminal();
let blocks = new Map<number, Buffer>();
let folder = '';

beforeAll(async () => {
  await api.start();
  const data = join(place, 'source/data');
  mkdirSync(join(data, 'var/lib/app'), { recursive: true });
  writeFileSync(join(data, 'a-large'), large);
  writeFileSync(join(data, 'var/lib/app/small'), small);
  for (let index = 0; index < 300; index++) writeFileSync(join(data, `var/${String(index)}`), `${String(index)}\n`);
  symlinkSync('var/lib', join(data, 'library'));
  execFileSync('mkfs.ext4', ['-q', '-F', '-d', join(place, 'source'), image, '1G']);
  blocks = blocksIn(image);
});
afterAll(async () => {
  await api.stop();
  rmSync(place, { recursive: true, force: true });
});
beforeEach(() => {
  Object.assign(api.volumes, new StandInVolumes(), { backups: [aBackup({})], blocks, blockBytes });
  terminal.lines.length = 0;
  folder = mkdtempSync(join(place, 'of-'));
});

/** What a snapshot of the image would list. */
function blocksIn(path: string): Map<number, Buffer> {
  const found = new Map<number, Buffer>();
  const file = openSync(path, 'r');
  const [bytes, zeros] = [Buffer.alloc(blockBytes), Buffer.alloc(blockBytes)];
  for (let index = 0; readSync(file, bytes, 0, blockBytes, index * blockBytes) > 0; index++) {
    if (!bytes.equals(zeros)) found.set(index, Buffer.from(bytes));
  }
  closeSync(file);
  return found;
}

function download(file: string, path?: string): Promise<string> {
  const app = new KnownApp();
  app.config = { DOCKHERO_CONFIG_URL: api.configUrl, DOCKHERO_HOST: 'h.example' };
  return runTarDownload(new Session(app, terminal, folder, undefined), { typed: '7d3f', file, path });
}

const target = (): string => join(folder, 'data.tar');
const sumOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
const namesIn = (path: string): string[] => execFileSync('tar', ['-tf', path], { encoding: 'utf8' }).trim().split('\n');

describe('a download as a tar', () => {
  test('is the volume’s files, each block fetched once', async () => {
    expect(await download(target())).toContain(`data.tar holds 303 files of backup ${id}: `);
    const unpacked = join(folder, 'unpacked');
    mkdirSync(unpacked);
    execFileSync('tar', ['-xf', target(), '-C', unpacked]);
    execFileSync('diff', ['-r', '--no-dereference', unpacked, join(place, 'source/data')]);
    expect(readdirSync(folder)).toEqual(['data.tar', 'unpacked']);
    // Of the metadata, what has left the cache meanwhile.
    expect(api.volumes.blocksRead.length).toBeLessThan(new Set(api.volumes.blocksRead).size + 5);
  });

  test('of one folder asks for a few blocks only', async () => {
    await download(target(), '/var/lib/');
    expect(namesIn(target())).toEqual(['var/lib/', 'var/lib/app/', 'var/lib/app/small']);
    expect(execFileSync('tar', ['-xOf', target(), 'var/lib/app/small']).equals(small)).toBe(true);
    expect(api.volumes.blocksRead.length).toBeLessThan(20);
  });

  test('goes on where it ended, with the same bytes, and asks again for next to no content', async () => {
    await download(target());
    const whole = sumOf(target());
    rmSync(target());
    const all = api.volumes.blocksRead.length;
    let left = 1_000;
    api.volumes.onBlock = (_, bytes) =>
      left-- > 0 ? blockAnswer(bytes) : [410, { id: 'backup_not_found', message: 'There is no such backup.', request_id: 'r' }];
    await expect(download(target())).rejects.toThrow('There is no such backup.');
    expect(readdirSync(folder)).toEqual(['data.tar', 'data.tar.dockhero-tar-part']);
    expect(readFileSync(target()).length).toBeGreaterThan(1_000_000);
    api.volumes.onBlock = (_, bytes) => blockAnswer(bytes);
    api.volumes.blocksRead.length = 0;
    await download(target());
    expect(terminal.lines).toContain(`Going on where the last download of ${target()} ended.`);
    expect(sumOf(target())).toBe(whole);
    expect(readdirSync(folder)).toEqual(['data.tar']);
    // Half of it, metadata, and what had been read ahead.
    expect(api.volumes.blocksRead.length).toBeLessThan(all - 300);
  });

  test('takes nothing that it has not marked', async () => {
    await download(target());
    const whole = readFileSync(target());
    // The power went after the mark: what lies behind may be anything.
    writeFileSync(target(), Buffer.concat([whole.subarray(0, 123_456), Buffer.alloc(50_000)]));
    writeFileSync(`${target()}.dockhero-tar-part`, JSON.stringify({ backup: id, path: '', format: 1, next: 123_456 }));
    await download(target());
    expect(readFileSync(target()).equals(whole)).toBe(true);
    // Another version's: begun anew.
    writeFileSync(`${target()}.dockhero-tar-part`, JSON.stringify({ backup: id, path: '', format: 0, next: 123_456 }));
    writeFileSync(target(), Buffer.alloc(200_000, 'x'));
    await download(target());
    expect(readFileSync(target()).equals(whole)).toBe(true);
  });

  test('never overwrites, and says what to do', async () => {
    writeFileSync(target(), 'precious');
    await expect(download(target())).rejects.toThrow('data.tar is there already.');
    writeFileSync(`${target()}.dockhero-tar-part`, JSON.stringify({ backup: id, path: 'var', format: 1, next: 5 }));
    await expect(download(target())).rejects.toThrow(`is a part of another archive, of var in ${id}.`);
    expect(readFileSync(target(), 'utf8')).toBe('precious');
  });

  test('names the nearest there is of a path that is not there, and leaves no file', async () => {
    await expect(download(target(), 'var/lib/app/smell')).rejects.toThrow(
      'There is no var/lib/app/smell in this backup. What there is of it is var/lib/app.',
    );
    await expect(download(target(), 'nothing')).rejects.toThrow('What there is of it is the root of the volume.');
    await expect(download(target(), 'a-large/x')).rejects.toThrow('a-large is no folder.');
    await expect(download(target(), 'library/app')).rejects.toThrow('library is a symbolic link to var/lib: name what it leads to.');
    await expect(download(target(), 'var/../..')).rejects.toThrow('has no .. in it');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('goes into a pipe', async () => {
    const fifo = join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    const listing = spawn('tar', ['--read-full-records', '-tf', fifo]);
    let out = '';
    listing.stderr.on('data', (bytes: Buffer) => (out += bytes.toString()));
    listing.stdout.on('data', (bytes: Buffer) => (out += bytes.toString()));
    const ended = new Promise((resolve) => void listing.on('close', resolve));
    await download(fifo, 'var/lib');
    expect([await ended, out]).toEqual([0, 'var/lib/\nvar/lib/app/\nvar/lib/app/small\n']);
  });

  test('of a disk that holds no file system is refused', async () => {
    api.volumes.blocks = new Map();
    await expect(download(target())).rejects.toThrow('There is no ext4 or XFS file system in this backup');
    expect(readdirSync(folder)).toEqual([]);
  });
});
