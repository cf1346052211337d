import { isUtf8 } from 'node:buffer';

export type TarType = 'file' | 'link' | 'symlink' | 'character' | 'block' | 'folder' | 'fifo';

/** One entry of an archive. All text is bytes in latin1. */
export interface TarEntry {
  readonly type: TarType;
  /** A folder's ends with a slash. */
  readonly path: string;
  readonly target: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes that follow. */
  readonly size: number;
  readonly mtime: { readonly seconds: number; readonly nanoseconds: number };
  readonly device: { readonly major: number; readonly minor: number } | null;
  /** A file of which only what is not zeros follows: its whole size. */
  readonly sparseBytes?: number;
}

export const tarBlockBytes = 512;
const flags: Readonly<Record<TarType, string>> = { file: '0', link: '1', symlink: '2', character: '3', block: '4', folder: '5', fifo: '6' };
const shortBytes = 100;
const prefixBytes = 155;
const mostShortId = 0o7777777;
const mostShortNumber = 0o77777777777;

/** An entry's header in the POSIX format; what does not fit stands in a pax header before it. Equal entries have equal headers. */
export function tarHeader(entry: TarEntry): Buffer {
  const records = paxRecords(entry);
  const header = plainHeader(
    entry.sparseBytes === undefined ? entry : { ...entry, path: `GNUSparseFile.0/${lastName(entry.path)}` },
    flags[entry.type],
  );
  if (records.length === 0) return header;
  const body = Buffer.from(records.map(paxRecord).join(''), 'latin1');
  const path = `PaxHeaders/${lastName(entry.path)}`;
  return Buffer.concat([
    plainHeader({ ...entry, path, target: '', size: body.length, device: null }, 'x'),
    body,
    padding(body.length),
    header,
  ]);
}

/** Zeros up to the next whole block. */
export function padding(bytes: number): Buffer {
  return Buffer.alloc((tarBlockBytes - (bytes % tarBlockBytes)) % tarBlockBytes);
}

function paxRecords({ path, target, uid, gid, size, mtime, sparseBytes }: TarEntry): [string, string][] {
  const records: [string, string][] = [];
  if (sparseBytes !== undefined) {
    records.push(
      ['GNU.sparse.major', '1'],
      ['GNU.sparse.minor', '0'],
      ['GNU.sparse.name', path],
      ['GNU.sparse.realsize', String(sparseBytes)],
    );
  } else if (!isPlain(path) || !split(path)) records.push(['path', path]);
  if (!isPlain(target) || target.length > shortBytes) records.push(['linkpath', target]);
  if (uid > mostShortId) records.push(['uid', String(uid)]);
  if (gid > mostShortId) records.push(['gid', String(gid)]);
  if (size > mostShortNumber) records.push(['size', String(size)]);
  const { seconds, nanoseconds } = mtime;
  if (nanoseconds !== 0 || seconds < 0 || seconds > mostShortNumber) records.push(['mtime', decimalTime(seconds, nanoseconds)]);
  return records;
}

/** A header has no charset: what is ASCII, or nothing that is known, stands in it as it is. */
function isPlain(text: string): boolean {
  const bytes = Buffer.from(text, 'latin1');
  return bytes.every((byte) => byte < 0x80) || !isUtf8(bytes);
}

/** A path for the two fields of a header: what is before a slash, and what is behind. Undefined when it is too long for that. */
function split(path: string): [string, string] | undefined {
  if (path.length <= shortBytes) return ['', path];
  // A folder's own slash is none of these.
  const slash = path.indexOf('/', path.length - shortBytes - 1);
  return slash > 0 && slash <= prefixBytes && slash < path.length - 1 ? [path.slice(0, slash), path.slice(slash + 1)] : undefined;
}

/** `nanoseconds` count upwards, from before 1970 too. */
function decimalTime(seconds: number, nanoseconds: number): string {
  const isNegative = seconds < 0 && nanoseconds > 0;
  const [whole, part] = isNegative ? [seconds + 1, 1_000_000_000 - nanoseconds] : [seconds, nanoseconds];
  const sign = isNegative && whole === 0 ? '-' : '';
  return part === 0 ? String(whole) : `${sign}${String(whole)}.${String(part).padStart(9, '0')}`;
}

/** A record begins with its own length, that number included. */
function paxRecord([key, value]: [string, string]): string {
  const rest = ` ${key}=${value}\n`;
  let length = rest.length;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return `${String(length)}${rest}`;
}

function plainHeader({ path, target, mode, uid, gid, size, mtime, device }: TarEntry, flag: string): Buffer {
  const header = Buffer.alloc(tarBlockBytes);
  const [prefix, name] = split(path) ?? ['', path.slice(0, shortBytes)];
  header.write(name, 0, 'latin1');
  octal(header, 100, 8, mode);
  octal(header, 108, 8, uid > mostShortId ? 0 : uid);
  octal(header, 116, 8, gid > mostShortId ? 0 : gid);
  octal(header, 124, 12, size > mostShortNumber ? 0 : size);
  octal(header, 136, 12, Math.min(mostShortNumber, Math.max(0, mtime.seconds)));
  header.write(' '.repeat(8), 148, 'latin1');
  header.write(flag, 156, 'latin1');
  header.write(target.slice(0, shortBytes), 157, 'latin1');
  header.write('ustar\u{0}00', 257, 'latin1');
  octal(header, 329, 8, device?.major ?? 0);
  octal(header, 337, 8, device?.minor ?? 0);
  header.write(prefix, 345, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\u{0} `, 148, 'latin1');
  return header;
}

function octal(header: Buffer, at: number, width: number, value: number): void {
  header.write(value.toString(8).padStart(width - 1, '0'), at, 'latin1');
}

/** For programs that know no pax headers: they unpack it under this. */
function lastName(path: string): string {
  return path.replace(/\/$/, '').split('/').at(-1)?.slice(0, 64) ?? '';
}
