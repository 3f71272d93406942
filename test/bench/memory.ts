/** The resident memory of a broker that takes a file of 5 GiB and sends it. */
import { initialize, openResource } from '../support/api.ts';
import { expectStatus, openConnection } from './client.ts';
import { readResidentBytes, watchResidentPeak } from './process-cost.ts';
import { makeRamFolder } from './ram-disk.ts';
import { startFerje } from './servers.ts';
import { formatMib, formatTable, formatTarget } from './table.ts';
import { createUpload, sendFile } from './tus-upload.ts';

const MIB = 1024 ** 2;
const SIZE_BYTES = 5 * 1024 ** 3;
const LIMIT_MIB = 150;

export async function benchMemory(): Promise<string> {
  const ramFolder = makeRamFolder();
  await using ferje = await startFerje(ramFolder);
  const scene = await openResource(ferje);
  const { uploadUrl, fileUrl } = await initialize(scene);
  const idle = await readResidentBytes(ferje.pid);
  using connection = await openConnection(ferje.url);
  const path = new URL(uploadUrl).pathname;
  const place = { path, headers: scene.sender.authorization };
  await createUpload(connection, place, SIZE_BYTES);
  const upload = await watchResidentPeak(ferje.pid, () => sendFile(connection, place, SIZE_BYTES));
  const download = await watchResidentPeak(ferje.pid, async () => {
    const file = new URL(fileUrl).pathname;
    const { authorization } = scene.recipient;
    const { bodyBytes } = await expectStatus(connection.request('GET', file, authorization), 200);
    if (bodyBytes !== SIZE_BYTES) throw new Error(`The download has ${bodyBytes} bytes.`);
  });
  const rows = [
    ['idle', idle],
    ['peak of the upload', upload],
    ['peak of the download', download],
  ] as const;
  const table = formatTable(
    ['5 GiB', 'resident', 'above idle'],
    rows.map(([name, bytes]) => [name, formatMib(bytes), formatMib(bytes - idle)]),
  );
  const target = {
    name: 'memory above idle',
    actual: (Math.max(upload, download) - idle) / MIB,
    limit: LIMIT_MIB,
    is: 'atMost',
    unit: ' MiB',
  } as const;
  return [table, '', formatTarget(target)].join('\n');
}
