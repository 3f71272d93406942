/**
 * The fault test as a command: `npm run test:faults`, or `npm run test:faults -- --seed 7 --kills 50`. The exit code is 1 where
 * a promise was broken.
 */
import { parseArgs } from 'node:util';
import { formatReport } from './report.ts';
import { runFaults } from './run-faults.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    kills: { type: 'string', default: '200' },
    'no-expiry': { type: 'boolean', default: false },
  },
});
const seed = toNumber('seed', values.seed ?? String(Date.now() % 2 ** 31));
const kills = toNumber('kills', values.kills);

console.log(`The seed is ${seed}.`);
const report = await runFaults({
  seed,
  kills,
  expires: !values['no-expiry'],
  longestTimeToLiveMs: 20_000,
  keepsFaulty: true,
  onKill(kill, moment) {
    if (kill % 10 === 0 || kill === kills) console.log(`killed ${kill} times, now ${moment}`);
  },
});
console.log(`\n${formatReport(report)}`);
if (report.violations.length > 0) {
  console.log(`\nBroken promises (seed ${seed}, ${report.dataDir} is kept):`);
  for (const violation of report.violations) console.log(`- ${violation}`);
  process.exitCode = 1;
}

function toNumber(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) {
    throw new Error(`--${name} ${text} is not a whole number from 1.`);
  }
  return number;
}
