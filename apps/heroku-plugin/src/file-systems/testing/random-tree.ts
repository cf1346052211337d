import { execFileSync } from 'node:child_process';
import {
  closeSync,
  chmodSync,
  ftruncateSync,
  lchownSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  openSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { Seeded } from '../../stackfile/testing/seeded.js';

interface TreeSize {
  readonly files: number;
  /** In one folder of its own. */
  readonly crowd: number;
  /** Also what only root can make: owners, devices. */
  readonly isRoot: boolean;
  /** Seconds since 1970. */
  readonly latest: number;
}

const oddNames = [
  'with space',
  'ümläut-日本',
  '-dash',
  'new\nline',
  '"quote\'',
  'back\\slash',
  '*?[x]',
  '🐳',
  'é'.repeat(127),
  'a'.repeat(255),
];

/** Fills a folder with all kinds of files, the same of the same seed. */
export class RandomTree {
  readonly #seeded: Seeded;
  readonly #folders: string[];
  readonly #files: string[] = [];

  constructor(
    private readonly root: string,
    seed: number,
    private readonly size: TreeSize,
  ) {
    this.#seeded = new Seeded(seed);
    this.#folders = [root];
  }

  fill(): void {
    const { files, crowd, isRoot } = this.size;
    for (let index = 0; index < files; index++) this.#add(index);
    const crowded = `${this.root}/crowd`;
    mkdirSync(crowded);
    for (let index = 0; index < crowd; index++) this.#write(`${crowded}/${'file of a crowd '.repeat(index % 5)}${String(index)}`, 1);
    let deep = `${this.root}/deep`;
    for (let level = 0; level < 40; level++) mkdirSync((deep = `${deep}${level === 0 ? '' : '/level'}`), { recursive: true });
    this.#write(`${deep}/bottom`, 10);
    symlinkSync('x'.repeat(59), `${this.root}/link59`);
    symlinkSync('x'.repeat(60), `${this.root}/link60`);
    symlinkSync('ü/'.repeat(300), `${this.root}/link-long`);
    execFileSync('mkfifo', [`${this.root}/fifo`]);
    if (isRoot)
      for (const [name, type, major, minor] of [
        ['null', 'c', 1, 3],
        ['big', 'b', 259, 70_000],
      ] as const)
        execFileSync('mknod', [`${this.root}/${name}`, type, String(major), String(minor)]);
    this.#settle();
  }

  #add(index: number): void {
    const seeded = this.#seeded;
    const folder = seeded.pick(this.#folders);
    const odd = seeded.chance(30) ? seeded.pick(oddNames) : '';
    const name = `${String(index)}${odd}`;
    const path = `${folder}/${Buffer.byteLength(name) > 255 ? odd : name}`;
    const roll = seeded.below(100);
    try {
      if (roll < 20) this.#folders.push((mkdirSync(path), path));
      else if (roll < 30 && this.#files.length > 0) linkSync(seeded.pick(this.#files), path);
      else if (roll < 40) symlinkSync('t'.repeat(1 + seeded.below(120)), path);
      else if (roll < 50) this.#writeSparse(path);
      else this.#write(path, seeded.chance(20) ? 0 : seeded.below(seeded.chance(10) ? 300_000 : 9_000));
    } catch (error) {
      // Two long odd names in one folder.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }

  #write(path: string, bytes: number): void {
    const file = openSync(path, 'wx');
    writeSync(file, this.#content(bytes));
    closeSync(file);
    this.#files.push(path);
  }

  #writeSparse(path: string): void {
    const file = openSync(path, 'wx');
    const places = this.#seeded.times(1, 30, () => this.#seeded.below(200) * 8_192);
    for (const place of places) writeSync(file, this.#content(1 + this.#seeded.below(9_000)), 0, undefined, place);
    if (this.#seeded.chance(50)) ftruncateSync(file, 19_000_000 + this.#seeded.below(1_000_000));
    closeSync(file);
    this.#files.push(path);
  }

  #content(bytes: number): Buffer {
    return Buffer.alloc(bytes, `${String(this.#seeded.below(65_536))} `);
  }

  /** Modes, owners and times: last, since writing changes them. Folders from the bottom up. */
  #settle(): void {
    const seeded = this.#seeded;
    for (const path of [...this.#files, ...this.#folders.toReversed()]) {
      if (this.size.isRoot && seeded.chance(30))
        lchownSync(path, seeded.pick([0, 1_000, 65_535, 70_000, 4_000_000_000]), seeded.pick([0, 65_536, 3_000_000_000]));
      chmodSync(path, seeded.pick([0o644, 0o755, 0o4755, 0o2750, 0o1777, 0o700]));
      lutimesSync(path, 0, seeded.pick([0, 1, 1_234_567_890.125, this.size.latest, 1_700_000_000]));
    }
  }
}
