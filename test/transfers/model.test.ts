/**
 * Random parties ask random things of the broker, in sequences, and it answers what a small model of its contract does;
 * whatever happened, each party sees of it what the model says. MODEL_RUNS asks for more sequences, and MODEL_SEED for those
 * of a failure again.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openModelBroker } from './model/broker.ts';
import { type Command, NAMES, RESOURCES, sequence } from './model/commands.ts';
import { act } from './model/rules.ts';
import { Sequence } from './model/sequence.ts';
import { seeEvents, seenRoles, seeResource, seeTransfer, type Viewer } from './model/sight.ts';
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
    const answer = act(world, step);
    told.push(`${told.length - BEGINNING.length + 1}. ${step.by} ${asked.does}: ${answer}`);
    const so = told.join('\n');
    expect(await acts.act(step), so).toEqual(answer);
    if (step.transfer !== undefined) {
      await compareTransfers(world, acts, { party: step.by, onlyAsOwner: false }, so, [
        step.transfer.number,
      ]);
    }
    if (asked.does === 'look') await compareAll(world, acts, so);
  }
  await compareAll(world, acts, told.join('\n'));
}

async function compareAll(world: World, acts: Sequence, so: string): Promise<void> {
  const numbers = world.transfers.map(({ number }) => number);
  for (const viewer of VIEWERS) {
    const sees = `${so}\n${JSON.stringify(viewer)} sees`;
    await compareTransfers(world, acts, viewer, sees, numbers);
    const seen = world.transfers.filter((transfer) => seenRoles(transfer, viewer).length > 0);
    expect(await acts.listTransfers(viewer), sees).toEqual(seen.map(({ number }) => number));
    for (const audience of ['ALL', 'MINE'] as const) {
      const events = await acts.seeEvents(viewer, audience);
      expect(inOneOrder(events), `${sees} ${audience}`).toEqual(
        inOneOrder(seeEvents(world, viewer, audience)),
      );
    }
    expect(await acts.seeResources(viewer), sees).toEqual(
      RESOURCES.map((name) => seeResource(world, viewer, name)),
    );
  }
}

async function compareTransfers(
  world: World,
  acts: Sequence,
  viewer: Viewer,
  so: string,
  numbers: readonly number[],
): Promise<void> {
  const expected = numbers.map((number) => {
    const transfer = world.transfers[number];
    return transfer === undefined ? null : seeTransfer(world, viewer, transfer);
  });
  expect(await acts.seeTransfers(viewer, numbers), so).toEqual(expected);
}

/** Jobs that are due together run side by side: what they tell of is put in the order of its transfers. */
function inOneOrder<E extends { type: unknown; time: unknown; transfer: unknown }>(
  events: readonly E[],
): E[] {
  return groupRuns(events, (a, b) => isOfOneRun(a) && isOfOneRun(b) && a.time === b.time).flatMap(
    (run) => run.toSorted((a, b) => Number(a.transfer) - Number(b.transfer)),
  );
}

const isOfOneRun = ({ type }: { type: unknown }) => type === 'FILE_DELETED';

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
