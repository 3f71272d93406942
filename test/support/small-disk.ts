/** A broker whose files lie on a disk of 8 MiB. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type BrokerProcess, spawnBroker } from './broker.ts';

/** Mounts a file system of 8 MiB over a folder, for one process and its children alone, and runs a program there. */
const ON_SMALL_DISK = 'mount -t tmpfs -o size=8m none "$0" && exec "$@"';

export async function spawnBrokerOnSmallDisk(dataDir: string): Promise<BrokerProcess> {
  const files = join(dataDir, 'small');
  await mkdir(files);
  return spawnBroker(dataDir, {
    env: { STORAGE_URL: `file:${join(files, 'blobs')}` },
    command: ['unshare', '--mount', '--map-root-user', 'sh', '-c', ON_SMALL_DISK, files],
  });
}
