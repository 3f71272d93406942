/** A folder on a real disk, where a commit is only answered once the disk has it; and how long that takes there. */
import {
  closeSync,
  fdatasyncSync,
  mkdtempSync,
  openSync,
  realpathSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHECKOUT } from '../support/checkout.ts';
import { median } from './table.ts';

const RAM_FILE_SYSTEMS = ['tmpfs', 'ramfs'];
const FLUSHES = 200;
/** About what one small command writes to the database's log. */
const FLUSHED_BYTES = 64 * 1024;

export interface DiskFolder {
  readonly folder: string;
  /** The device and its file system, as /proc/mounts has them. */
  readonly disk: string;
}

/** Among temporary files, or in the checkout where those are in memory. It is removed as a RAM folder is. */
export async function makeDiskFolder(): Promise<DiskFolder> {
  for (const parent of [tmpdir(), CHECKOUT]) {
    const { device, type } = await findMount(realpathSync(parent));
    if (RAM_FILE_SYSTEMS.includes(type)) continue;
    const folder = mkdtempSync(join(parent, '.ferje-bench-'));
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
    return { folder, disk: `${device} (${type})` };
  }
  throw new Error('Temporary files and the checkout are both in memory.');
}

interface Mount {
  readonly device: string;
  readonly at: string;
  readonly type: string;
}

/** The mount that a path lies in: the last of the longest. */
async function findMount(path: string): Promise<Mount> {
  const mounts = (await readFile('/proc/mounts', 'utf8')).split('\n').map((line): Mount => {
    const [device = '', at = '', type = ''] = line.split(' ');
    return { device, at, type };
  });
  const holding = mounts.filter(({ at }) => at !== '' && `${path}/`.startsWith(withSlash(at)));
  const [mount] = holding.reverse().toSorted((a, b) => b.at.length - a.at.length);
  if (mount === undefined) throw new Error(`Nothing is mounted at ${path}.`);
  return mount;
}

function withSlash(path: string): string {
  return path.endsWith('/') ? path : `${path}/`;
}

/** The median time of one flush of a little, in milliseconds. */
export function measureFlush(folder: string): number {
  const file = openSync(join(folder, 'flush'), 'w');
  const bytes = Buffer.alloc(FLUSHED_BYTES, 1);
  const times: number[] = [];
  for (let index = 0; index < FLUSHES; index += 1) {
    writeSync(file, bytes);
    const startedAt = performance.now();
    fdatasyncSync(file);
    times.push(performance.now() - startedAt);
  }
  closeSync(file);
  return median(times);
}
