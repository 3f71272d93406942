/** Uploads to Ferje beside a bare Node pipe to disk and beside the bare tus library, which computes no digest. */
import { randomUUID } from 'node:crypto';
import { initialize, openResource, type Scene } from '../support/api.ts';
import { type Connection, openConnection } from './client.ts';
import { measureCost } from './process-cost.ts';
import { makeRamFolder, removeFiles } from './ram-disk.ts';
import { type Row, runRounds } from './rounds.ts';
import { type ServerProcess, startBare, startFerje } from './servers.ts';
import { formatSpread, formatTable, formatTarget, median } from './table.ts';
import { createUpload, sendFile, type UploadPlace } from './tus-upload.ts';

const SIZE_BYTES = 1024 ** 3;
const WARM_UP_BYTES = 256 * 1024 ** 2;

export async function benchUpload(rounds: number): Promise<string> {
  const ramFolder = makeRamFolder();
  await using pipe = await startBare('bare-upload', ramFolder);
  await using tus = await startBare('bare-tus', ramFolder);
  await using ferje = await startFerje(ramFolder);
  const plain = await openResource(ferje);
  const withMd5 = await openResource(ferje, { computeMd5: true });

  const results = await runRounds(
    [
      row('bare pipe', pipe, async () => ({ path: `/${randomUUID()}` })),
      row('bare @tus/server', tus, (connection, sizeBytes) =>
        createUpload(connection, { path: '/files' }, sizeBytes),
      ),
      row('Ferje, SHA-256', ferje, createThrough(plain)),
      row('Ferje, SHA-256 and MD5', ferje, createThrough(withMd5)),
    ] as const,
    { rounds, sizeBytes: SIZE_BYTES, warmUpBytes: WARM_UP_BYTES },
  );

  const [barePipe, bareTus, sha256, md5] = results;
  const speed = ({ mibPerSecond }: typeof barePipe) => median(mibPerSecond);
  const cpu = ({ cpuSecondsPerGib }: typeof barePipe) => median(cpuSecondsPerGib);
  const table = formatTable(
    ['upload', 'MiB/s', '× bare', 'CPU s/GiB', '× bare', '× tus'],
    results.map((result) => [
      result.name,
      formatSpread(result.mibPerSecond, 0),
      (speed(result) / speed(barePipe)).toFixed(2),
      formatSpread(result.cpuSecondsPerGib, 2),
      (cpu(result) / cpu(barePipe)).toFixed(2),
      (cpu(result) / cpu(bareTus)).toFixed(2),
    ]),
  );
  const targets = [
    {
      name: 'throughput with SHA-256, of the bare pipe',
      actual: speed(sha256) / speed(barePipe),
      limit: 0.6,
      is: 'atLeast',
    },
    {
      name: 'throughput with SHA-256 and MD5, of the bare pipe',
      actual: speed(md5) / speed(barePipe),
      limit: 0.4,
      is: 'atLeast',
    },
    {
      name: 'CPU with SHA-256, of bare @tus/server',
      actual: cpu(sha256) / cpu(bareTus),
      limit: 1,
      is: 'atMost',
    },
  ] as const;
  return [table, '', ...targets.map(formatTarget)].join('\n');
}

/** Sends a whole file to a server; what came before its first byte is not counted. */
function row(
  name: string,
  server: ServerProcess,
  create: (connection: Connection, sizeBytes: number) => Promise<UploadPlace>,
): Row {
  return {
    name,
    async run(sizeBytes) {
      using connection = await openConnection(server.url);
      const place = await create(connection, sizeBytes);
      try {
        return await measureCost(server.pid, () => sendFile(connection, place, sizeBytes));
      } finally {
        await removeFiles(server.folder);
      }
    },
  };
}

function createThrough(scene: Scene) {
  return async (connection: Connection, sizeBytes: number): Promise<UploadPlace> => {
    const { uploadUrl } = await initialize(scene);
    const place = { path: new URL(uploadUrl).pathname, headers: scene.sender.authorization };
    return createUpload(connection, place, sizeBytes);
  };
}
