/**
 * Random parties ask random things of the broker, in sequences, and it answers what a small model of its contract does;
 * whatever happened, each party sees of it what the model says. MODEL_RUNS asks for more sequences, and MODEL_SEED for those
 * of a failure again.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openModelBroker } from './model/broker.ts';
import { type Command, NAMES } from './model/commands.ts';
import { sequence } from './model/random-commands.ts';
import { act } from './model/rules.ts';
import { Sequence } from './model/sequence.ts';
import { seeEverything, seeTransfer, type Viewer } from './model/sight.ts';
import { toStep } from './model/step.ts';
import { createWorld, type World } from './model/world.ts';

const RUNS = Number(process.env.MODEL_RUNS ?? 60);
const SEED = process.env.MODEL_SEED;
const MAX_MS = 120_000 + RUNS * 2000;

/** Without an owner and a resource nothing ever begins. */
const BEGINNING: readonly Command[] = [
  { does: 'register', by: 'owner', scope: 'all' },
  {
    does: 'configure',
    by: 'owner',
    scope: 'all',
    resource: 'first',
    settings: { openTo: ['SEND', 'RECEIVE'] },
  },
];

const VIEWERS: readonly Viewer[] = [
  ...NAMES.map((party) => ({ party, onlyAsOwner: false })),
  ...(['owner', 'second', 'both'] as const).map((party) => ({ party, onlyAsOwner: true })),
];

test(
  'the broker does what a small model of its contract does',
  async () => {
    await using broker = await openModelBroker();
    let sequences = 0;
    const property = fc.asyncProperty(sequence, async (commands) => {
      sequences += 1;
      const world = createWorld(broker.room.clock.now());
      await compare(world, new Sequence(broker, sequences), [...BEGINNING, ...commands]);
    });
    await fc.assert(property, {
      numRuns: RUNS,
      interruptAfterTimeLimit: MAX_MS,
      markInterruptAsFailure: true,
      ...(SEED === undefined ? {} : { seed: Number(SEED) }),
    });
  },
  MAX_MS + 60_000,
);

async function compare(world: World, acts: Sequence, commands: readonly Command[]) {
  const told: string[] = [];
  for (const asked of commands) {
    const step = toStep(world, asked);
    const { by, transfer } = step;
    const answer = act(world, step);
    const who = 'by' in step.command ? `${by} ` : '';
    told.push(`${told.length - BEGINNING.length + 1}. ${who}${step.command.does}: ${answer}`);
    const so = told.join('\n');
    expect(await acts.act(step), so).toEqual(answer);
    if (asked.does === 'look') await compareEverything(world, acts, so);
    if (transfer === undefined) continue;
    const viewer = { party: by, onlyAsOwner: false };
    const seen = await acts.seeTransfer(viewer, transfer.number);
    expect(seen, `${so}\n${by} sees`).toEqual(seeTransfer(world, viewer, transfer));
  }
  await compareEverything(world, acts, told.join('\n'));
}

async function compareEverything(world: World, acts: Sequence, so: string): Promise<void> {
  for (const viewer of VIEWERS) {
    const sees = `${so}\n${viewer.party}${viewer.onlyAsOwner ? ', only as an owner,' : ''} sees`;
    const seen = await acts.seeEverything(viewer);
    expect(inOneOrder(seen), sees).toEqual(inOneOrder(seeEverything(world, viewer)));
  }
}

/** What the broker does by itself. */
const OWN_ACTS = [
  'FILE_DELETED',
  'FILE_EXPIRING',
  'FILE_NEVER_CONFIRMED_DOWNLOADED',
  'UPLOAD_FAILED',
];

interface Told {
  readonly type: unknown;
  readonly time: unknown;
  readonly transfer: unknown;
}

/** Jobs that are due together run side by side: what they tell of is put in the order of its transfers. */
function inOneOrder<E extends Told>(seen: {
  readonly ALL: readonly E[];
  readonly MINE: readonly E[];
}) {
  return { ...seen, ALL: sortTogether(seen.ALL), MINE: sortTogether(seen.MINE) };
}

function sortTogether<E extends Told>(events: readonly E[]): E[] {
  const isTogether = (a: E, b: E) =>
    OWN_ACTS.includes(String(a.type)) && OWN_ACTS.includes(String(b.type)) && a.time === b.time;
  return groupRuns(events, isTogether).flatMap((run) =>
    run.toSorted((a, b) => Number(a.transfer) - Number(b.transfer)),
  );
}

/** Neighbours that belong together, as one list each. */
function groupRuns<E>(list: readonly E[], together: (a: E, b: E) => boolean): E[][] {
  const runs: E[][] = [];
  for (const entry of list) {
    const last = runs.at(-1)?.at(-1);
    if (last !== undefined && together(last, entry)) runs.at(-1)?.push(entry);
    else runs.push([entry]);
  }
  return runs;
}
