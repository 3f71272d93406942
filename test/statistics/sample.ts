import fc from 'fast-check';
import { openTestDatabase } from '../support/test-database.ts';
import { createTally } from './outcomes.ts';
import { readRawLog } from './plain-calculation.ts';
import { history, openPlay } from './random-history.ts';
for (let seed = 1; seed < 40; seed += 1) {
const tally = createTally();
let lives = 0;
for (const told of fc.sample(history, { numRuns: 3, seed })) {
  await using store = await openTestDatabase();
  await using play = await openPlay(store, told);
  await play.play();
  lives += told.lives.length;
  tally.note(await readRawLog(store.database));
}
console.log(seed, lives, tally.missing().length, tally.missing().join(' | '));
}
