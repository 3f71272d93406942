/** Downloads from Ferje beside a bare Node server that reads 1 MiB at a time. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { initialize, openResource } from '../support/api.ts';
import { expectStatus, type Headers, openConnection } from './client.ts';
import { measureCost } from './process-cost.ts';
import { makeRamFolder } from './ram-disk.ts';
import { type Row, runRounds } from './rounds.ts';
import { type ServerProcess, startBare, startFerje } from './servers.ts';
import { formatSpread, formatTable, formatTarget, median } from './table.ts';
import { createUpload, sendFile } from './tus-upload.ts';

const SIZE_BYTES = 1024 ** 3;

export async function benchDownload(rounds: number): Promise<string> {
  const ramFolder = makeRamFolder();
  await using bare = await startBare('bare-download', ramFolder);
  await using ferje = await startFerje(ramFolder);
  const barePath = '/file';
  await writeFile(join(bare.folder, barePath), Buffer.alloc(SIZE_BYTES, 'ferje'));

  const scene = await openResource(ferje);
  const { uploadUrl, fileUrl } = await initialize(scene);
  {
    using connection = await openConnection(ferje.url);
    const path = new URL(uploadUrl).pathname;
    const place = { path, headers: scene.sender.authorization };
    await sendFile(connection, await createUpload(connection, place, SIZE_BYTES), SIZE_BYTES);
  }

  const results = await runRounds(
    [
      row('bare pipe', bare, barePath, {}),
      row('Ferje', ferje, new URL(fileUrl).pathname, scene.recipient.authorization),
    ] as const,
    // A file is read whole: warming up reads it once.
    { rounds, sizeBytes: SIZE_BYTES, warmUpBytes: SIZE_BYTES },
  );
  const [barePipe, ours] = results;
  const speed = ({ mibPerSecond }: typeof barePipe) => median(mibPerSecond);
  const cpu = ({ cpuSecondsPerGib }: typeof barePipe) => median(cpuSecondsPerGib);
  const table = formatTable(
    ['download', 'MiB/s', '× bare', 'CPU s/GiB', '× bare'],
    results.map((result) => [
      result.name,
      formatSpread(result.mibPerSecond, 0),
      (speed(result) / speed(barePipe)).toFixed(2),
      formatSpread(result.cpuSecondsPerGib, 2),
      (cpu(result) / cpu(barePipe)).toFixed(2),
    ]),
  );
  const target = {
    name: 'throughput, of the bare pipe',
    actual: speed(ours) / speed(barePipe),
    limit: 0.9,
    is: 'atLeast',
  } as const;
  return [table, '', formatTarget(target)].join('\n');
}

function row(name: string, server: ServerProcess, path: string, headers: Headers): Row {
  return {
    name,
    async run(sizeBytes) {
      using connection = await openConnection(server.url);
      // Awaited here: the connection goes with this scope.
      return await measureCost(server.pid, async () => {
        const { bodyBytes } = await expectStatus(connection.request('GET', path, headers), 200);
        if (bodyBytes !== sizeBytes) throw new Error(`${name} sent ${bodyBytes} bytes.`);
      });
    },
  };
}
