/**
 * The benchmarks: `npm run bench`, or some of them, `npm run bench -- upload memory --rounds 9`. They print figures and
 * whether each target was met; the exit code only says whether something broke, since time is no test.
 */
import { parseArgs } from 'node:util';
import { benchDownload } from './download.ts';
import { benchFanOut } from './fan-out.ts';
import { benchInitialize } from './initialize.ts';
import { benchListRate } from './list-rate.ts';
import { benchLists } from './lists.ts';
import { benchMemory } from './memory.ts';
import { benchStatistics } from './statistics.ts';
import { benchUpload } from './upload.ts';
import { benchWebhooks } from './webhooks.ts';

const SUITES: Readonly<Record<string, (rounds: number) => Promise<string>>> = {
  upload: benchUpload,
  download: benchDownload,
  memory: benchMemory,
  initialize: benchInitialize,
  lists: benchLists,
  'list-rate': benchListRate,
  'fan-out': benchFanOut,
  webhooks: benchWebhooks,
  statistics: benchStatistics,
};
const DEFAULT_ROUNDS = '5';

const { values, positionals } = parseArgs({
  options: { rounds: { type: 'string', default: DEFAULT_ROUNDS } },
  allowPositionals: true,
});
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) {
  throw new Error(`--rounds ${values.rounds} is not a whole number from 1.`);
}
for (const name of positionals.length > 0 ? positionals : Object.keys(SUITES)) {
  const suite = SUITES[name];
  if (suite === undefined) {
    throw new Error(`There is no benchmark ${name}; there are ${Object.keys(SUITES).join(', ')}.`);
  }
  console.log(`${await suite(rounds)}\n`);
}
