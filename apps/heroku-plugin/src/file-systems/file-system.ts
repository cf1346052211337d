export type FileKind = 'file' | 'folder' | 'symlink' | 'character' | 'block' | 'fifo' | 'socket';

export interface Inode {
  readonly number: number;
  readonly kind: FileKind;
  /** The twelve bits of permissions. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** In bytes. */
  readonly size: number;
  readonly links: number;
  /** Last change of the content: seconds since 1970, and nanoseconds on top. */
  readonly mtime: { readonly seconds: number; readonly nanoseconds: number };
  /** Of device nodes. */
  readonly device: { readonly major: number; readonly minor: number } | null;
  /** As it is on the disk: for the reader that made this. */
  readonly record: Buffer;
}

/** A name in a folder. Names are bytes: one character here is one byte (latin1), so that sorting is by bytes and nothing is lost. */
export interface FolderEntry {
  readonly name: string;
  readonly inode: number;
}

/** Content that lies in one piece, all in bytes. What no extent covers reads as zeros. */
export interface Extent {
  /** Within the file. */
  readonly offset: number;
  readonly length: number;
  /** On the device. */
  readonly position: number;
}

/** A file system that is at rest, read only. Everything throws DamagedFileSystem, PluginError for what is not supported, and what the device throws. */
export abstract class FileSystem {
  abstract readonly rootInode: number;
  abstract inode(number: number): Promise<Inode>;
  /** Without `.` and `..`, in no order. */
  abstract entries(folder: Inode): AsyncIterable<FolderEntry>;
  /** What a symbolic link says, as bytes in latin1. */
  abstract target(symlink: Inode): Promise<string>;
  /** In order, none overlapping another, none but what is written; may reach behind the file's size. */
  abstract extents(inode: Inode): AsyncIterable<Extent>;
}

const kinds: Readonly<Record<number, FileKind>> = {
  0x1: 'fifo',
  0x2: 'character',
  0x4: 'folder',
  0x6: 'block',
  0x8: 'file',
  0xa: 'symlink',
  0xc: 'socket',
};

/** @param mode as Unix keeps it, 16 bits. @returns undefined for what is no kind of file. */
export function kindOf(mode: number): FileKind | undefined {
  return kinds[mode >>> 12];
}
