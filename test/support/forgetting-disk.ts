/**
 * A disk in memory that loses power. It keeps what programs see and what outlasts a power cut apart: bytes last when their
 * file has been flushed, names when their folder has been. Of all else nothing, all, or any part may have survived.
 */
import { basename, dirname } from 'node:path';
import type { Disk, DiskEntry, DiskFile } from '../../src/storage/index.ts';

/** What a program meets that goes on without power. */
export class PowerCutError extends Error {
  override readonly name = 'PowerCutError';

  constructor() {
    super('The power is cut.');
  }
}

/** Counts what is done with it, and can be lost at a chosen moment, for good. Disks and databases may share one. */
export class Power {
  /** So many operations that change or flush something have begun. */
  operations = 0;
  isOn = true;
  #cutAt = Number.POSITIVE_INFINITY;

  /** It is lost at the operation of this number, the first of all being 1. What that operation does is not flushed any more. */
  cutAt(operation: number): void {
    this.#cutAt = operation;
  }

  cut(): void {
    this.isOn = false;
  }

  /** One more operation begins. Throws a PowerCutError where the power was lost before. */
  spend(): void {
    this.require();
    this.operations += 1;
    if (this.operations >= this.#cutAt) this.cut();
  }

  /** Throws a PowerCutError where the power is lost. */
  require(): void {
    if (!this.isOn) throw new PowerCutError();
  }
}

/**
 * What survives of all that was not flushed: nothing, everything, the names and sizes alone (new bytes are zeros then), or, by
 * a seed, any part of it, with zeros or rubbish in the gaps.
 */
export type Survival = 'nothing' | 'everything' | 'sizes' | { readonly seed: number };

/** More than all the operations that go on beside it take. */
const SLOW_TURNS = 20;

type FileChange =
  | { readonly kind: 'write'; readonly at: number; readonly bytes: Buffer }
  | { readonly kind: 'truncate'; readonly size: number };

type NameChange =
  | { readonly kind: 'add'; readonly name: string; readonly node: Node }
  | { readonly kind: 'remove'; readonly name: string }
  | { readonly kind: 'rename'; readonly from: string; readonly to: string; readonly node: Node };

type Node = FileNode | FolderNode;

/** Bytes that grow. */
class Content {
  size = 0;
  #memory = Buffer.alloc(0);

  /** Only until the next change. */
  get bytes(): Buffer {
    return this.#memory.subarray(0, this.size);
  }

  write(at: number, bytes: Buffer): void {
    this.#grow(at + bytes.length);
    bytes.copy(this.#memory, at);
  }

  resize(size: number): void {
    // What grows again later is zeros.
    this.#memory.fill(0, Math.min(size, this.size), this.size);
    this.size = Math.min(size, this.size);
    this.#grow(size);
  }

  copy(): Content {
    const copy = new Content();
    copy.write(0, this.bytes);
    return copy;
  }

  #grow(size: number): void {
    if (size <= this.size) return;
    if (size > this.#memory.length) {
      const memory = Buffer.alloc(size * 2);
      this.bytes.copy(memory);
      this.#memory = memory;
    }
    this.size = size;
  }
}

class FileNode {
  seen = new Content();
  readonly lasting = new Content();
  pending: FileChange[] = [];

  change(change: FileChange): void {
    applyToFile(this.seen, change);
    this.pending.push(change);
  }

  flush(changes: readonly FileChange[]): void {
    // What another flush has made last meanwhile is not done again.
    const flushed = this.pending.filter((change) => changes.includes(change));
    for (const change of flushed) applyToFile(this.lasting, change);
    this.pending = this.pending.filter((change) => !flushed.includes(change));
  }
}

class FolderNode {
  seen = new Map<string, Node>();
  readonly lasting = new Map<string, Node>();
  pending: NameChange[] = [];

  change(change: NameChange): void {
    applyToFolder(this.seen, change);
    this.pending.push(change);
  }

  flush(changes: readonly NameChange[]): void {
    const flushed = this.pending.filter((change) => changes.includes(change));
    for (const change of flushed) applyToFolder(this.lasting, change);
    this.pending = this.pending.filter((change) => !flushed.includes(change));
  }
}

function applyToFile(content: Content, change: FileChange): void {
  if (change.kind === 'write') content.write(change.at, change.bytes);
  else content.resize(change.size);
}

function applyToFolder(names: Map<string, Node>, change: NameChange): void {
  if (change.kind === 'add') names.set(change.name, change.node);
  else if (change.kind === 'remove') names.delete(change.name);
  else {
    names.delete(change.from);
    names.set(change.to, change.node);
  }
}

/** Paths begin at `/`, which is there. Renames stay within a folder. */
export class ForgettingDisk implements Disk {
  readonly power = new Power();
  readonly #root: FolderNode;
  readonly #random: Random | null;

  /** With a seed some operations take much longer than the rest, so that what runs beside each other meets in another order. */
  constructor({ root = new FolderNode(), seed }: { root?: FolderNode; seed?: number } = {}) {
    this.#root = root;
    this.#random = seed === undefined ? null : createRandom(seed);
  }

  /** Everything that was done has been flushed: a power cut takes nothing, whatever survives. */
  get isFlushed(): boolean {
    return isFlushed(this.#root);
  }

  /** The power goes now at the latest. Answers the disk as it is found when it has come back, with power of its own. */
  cut(survival: Survival): ForgettingDisk {
    this.power.cut();
    return new ForgettingDisk({ root: survivorOf(this.#root, survival, new Map()) });
  }

  /** The programs die now at the latest, and the power stays. Answers the same disk, with all that was written, flushed or not. */
  crash(): ForgettingDisk {
    this.power.cut();
    return new ForgettingDisk({ root: this.#root });
  }

  open(path: string, flags: 'r' | 'r+' | 'wx' | 'wx+'): Promise<DiskFile> {
    if (flags === 'r' || flags === 'r+') {
      return this.#look(() => {
        const node = this.#find(path);
        if (node === undefined) throw failure('ENOENT', path);
        if (node instanceof FolderNode) return this.#openFolder(node, path);
        return this.#openFile(node);
      });
    }
    return this.#do(() => {
      if (this.#find(path) !== undefined) throw failure('EEXIST', path);
      const made = new FileNode();
      this.#folder(dirname(path)).change({ kind: 'add', name: basename(path), node: made });
      return this.#openFile(made);
    });
  }

  mkdir(path: string): Promise<void> {
    return this.#do(() => {
      if (this.#find(path) !== undefined) throw failure('EEXIST', path);
      const node = new FolderNode();
      this.#folder(dirname(path)).change({ kind: 'add', name: basename(path), node });
    });
  }

  readdir(path: string): Promise<readonly DiskEntry[]> {
    return this.#look(() =>
      [...this.#folder(path).seen].map(([name, node]) => ({
        name,
        isFile: () => node instanceof FileNode,
      })),
    );
  }

  stat(path: string): Promise<{ readonly size: number; isDirectory(): boolean }> {
    return this.#look(() => {
      const node = this.#find(path);
      if (node === undefined) throw failure('ENOENT', path);
      const isFile = node instanceof FileNode;
      return { size: isFile ? node.seen.size : 0, isDirectory: () => !isFile };
    });
  }

  rename(from: string, to: string): Promise<void> {
    return this.#do(() => {
      if (dirname(from) !== dirname(to)) throw failure('EXDEV', from);
      const node = this.#find(from);
      if (node === undefined) throw failure('ENOENT', from);
      const names = { from: basename(from), to: basename(to) };
      this.#folder(dirname(from)).change({ kind: 'rename', ...names, node });
    });
  }

  unlink(path: string): Promise<void> {
    return this.#do(() => {
      if (!(this.#find(path) instanceof FileNode)) throw failure('ENOENT', path);
      this.#folder(dirname(path)).change({ kind: 'remove', name: basename(path) });
    });
  }

  #openFile(node: FileNode): DiskFile {
    const flush = () => this.#flush(node);
    return {
      stat: () => this.#look(() => ({ size: node.seen.size })),
      read: (buffer, offset, length, position) =>
        this.#look(() => {
          const end = Math.min(position + length, node.seen.size);
          const bytesRead = Math.max(end - position, 0);
          node.seen.bytes.copy(buffer, offset, position, position + bytesRead);
          return { bytesRead };
        }),
      writev: (buffers, at) =>
        this.#do(() => {
          // Not before now: who gave the memory leaves it alone until the write has returned.
          const bytes = Buffer.concat(buffers);
          node.change({ kind: 'write', at, bytes });
          return { bytesWritten: bytes.length };
        }),
      truncate: (size) => this.#do(() => node.change({ kind: 'truncate', size })),
      datasync: flush,
      sync: flush,
      close: async () => this.power.require(),
    };
  }

  #openFolder(node: FolderNode, path: string): DiskFile {
    const refuse = () => Promise.reject(failure('EISDIR', path));
    const flush = () => this.#flush(node);
    return {
      stat: () => this.#look(() => ({ size: 0 })),
      read: refuse,
      writev: refuse,
      truncate: refuse,
      datasync: flush,
      sync: flush,
      close: async () => this.power.require(),
    };
  }

  /** A cut here leaves what a cut at the change before it leaves: it is none of the operations that are counted. */
  async #look<T>(act: () => T): Promise<T> {
    this.power.require();
    await this.#takeTime();
    this.power.require();
    return act();
  }

  /** What a cut interrupts is done, but not flushed; whether that survives is the survival's choice. */
  async #do<T>(act: () => T): Promise<T> {
    this.power.spend();
    await this.#takeTime();
    try {
      return act();
    } finally {
      this.power.require();
    }
  }

  /** Covers what was done before it began, and nothing where it is interrupted. */
  async #flush(node: Node): Promise<void> {
    this.power.spend();
    const [fileChanges, nameChanges] =
      node instanceof FileNode ? [[...node.pending], []] : [[], [...node.pending]];
    await this.#takeTime();
    this.power.require();
    if (node instanceof FileNode) node.flush(fileChanges);
    else node.flush(nameChanges);
  }

  /** As on a real disk, others get on with their work meanwhile. */
  async #takeTime(): Promise<void> {
    const isSlow = this.#random !== null && this.#random() < 0.2;
    const turns = isSlow ? SLOW_TURNS : 1;
    for (let turn = 0; turn < turns; turn += 1) {
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
  }

  #find(path: string): Node | undefined {
    let node: Node | undefined = this.#root;
    for (const name of namesOf(path)) {
      if (node instanceof FileNode) throw failure('ENOTDIR', path);
      node = node?.seen.get(name);
    }
    return node;
  }

  #folder(path: string): FolderNode {
    const node = this.#find(path);
    if (node === undefined) throw failure('ENOENT', path);
    if (node instanceof FileNode) throw failure('ENOTDIR', path);
    return node;
  }
}

function isFlushed(node: Node): boolean {
  if (node.pending.length > 0) return false;
  return node instanceof FileNode || [...node.seen.values()].every(isFlushed);
}

/** A copy of what is found after the cut, in which everything lasts. `copies` keeps a file that has two names one file. */
function survivorOf(node: FolderNode, survival: Survival, copies: Map<Node, Node>): FolderNode {
  const random = typeof survival === 'object' ? createRandom(survival.seed + copies.size) : null;
  const survivor = new FolderNode();
  copies.set(node, survivor);
  const names = new Map(node.lasting);
  for (const change of node.pending) {
    if (survival === 'nothing' || (random !== null && random() < 0.5)) continue;
    // A move that was caught half-way has left both names.
    if (change.kind === 'rename' && random !== null && random() < 0.3)
      names.set(change.to, change.node);
    else applyToFolder(names, change);
  }
  for (const [name, child] of names) {
    const copy =
      copies.get(child) ??
      (child instanceof FileNode
        ? fileSurvivorOf(child, survival, random)
        : survivorOf(child, survival, copies));
    copies.set(child, copy);
    survivor.seen.set(name, copy);
    survivor.lasting.set(name, copy);
  }
  return survivor;
}

function fileSurvivorOf(node: FileNode, survival: Survival, random: Random | null): FileNode {
  const content = node.lasting.copy();
  for (const change of node.pending) {
    if (survival === 'everything') applyToFile(content, change);
    else if (survival === 'sizes') keepSize(content, change);
    else if (random !== null) keepPart(content, change, random);
  }
  const survivor = new FileNode();
  survivor.seen = content;
  survivor.lasting.write(0, content.bytes);
  return survivor;
}

function keepSize(content: Content, change: FileChange): void {
  if (change.kind === 'truncate') content.resize(change.size);
  else content.resize(Math.max(content.size, change.at + change.bytes.length));
}

function keepPart(content: Content, change: FileChange, random: Random): void {
  const fate = random();
  if (fate < 0.3) return;
  if (change.kind === 'truncate' || fate < 0.5) {
    applyToFile(content, change);
    return;
  }
  const { at, bytes } = change;
  const sizeBefore = content.size;
  if (random() < 0.5) keepSize(content, change);
  // Blocks that were given to the file and never written hold what was there before.
  if (random() < 0.5) {
    for (let index = Math.max(sizeBefore, at); index < content.size; index += 1) {
      content.bytes[index] = Math.floor(random() * 256);
    }
  }
  const start = Math.floor(random() * bytes.length);
  const end = start + Math.floor(random() * (bytes.length - start + 1));
  if (end > start) content.write(at + start, bytes.subarray(start, end));
}

type Random = () => number;

/** Mulberry32: the same numbers for the same seed. */
function createRandom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function namesOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '');
}

function failure(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}
