/** Brokers whose files, or whose all, lie on a disk of 8 MiB. */
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type BrokerProcess, spawnBroker } from './broker.ts';

/** Mounts a file system of 8 MiB over a folder, for one process and its children alone, and runs a program there. */
const ON_SMALL_DISK = 'mount -t tmpfs -o size=8m none "$0" && exec "$@"';
const commandOn = (folder: string) => [
  'unshare',
  '--mount',
  '--map-root-user',
  'sh',
  '-c',
  ON_SMALL_DISK,
  folder,
];

export async function spawnBrokerOnSmallDisk(dataDir: string): Promise<BrokerProcess> {
  const files = join(dataDir, 'small');
  await mkdir(files);
  return spawnBroker(dataDir, {
    env: { STORAGE_URL: `file:${join(files, 'blobs')}` },
    command: commandOn(files),
  });
}

export interface SmallDiskBroker extends BrokerProcess {
  /** Takes all room that is left on its disk. */
  fill(): Promise<void>;
  /** Gives it back. */
  makeRoom(): Promise<void>;
}

/** The database too lies on the small disk. All of it goes with the process. */
export async function spawnBrokerWithAllOnSmallDisk(folder: string): Promise<SmallDiskBroker> {
  const small = join(folder, 'small');
  await mkdir(small);
  const broker = await spawnBroker(small, { command: commandOn(small) });
  // What only that process sees as the folder.
  const dataDir = `/proc/${broker.process.pid}/root${small}`;
  const ballast = join(dataDir, 'ballast');
  return {
    ...broker,
    dataDir,
    async fill() {
      const file = await open(ballast, 'a');
      try {
        // Ever smaller pieces, until not one byte more goes in.
        for (let size = 1024 * 1024; size >= 1; ) {
          size = await file.write(Buffer.alloc(size)).then(
            () => size,
            () => Math.floor(size / 2),
          );
        }
      } finally {
        await file.close();
      }
    },
    makeRoom: () => rm(ballast),
  };
}
