/** What the storage says is done outlasts a power cut, whatever else was going on, wherever the power is cut. */
import { expect, it } from 'vitest';
import { openDiskStorage, type Storage } from '../../src/storage/index.ts';
import { ForgettingDisk, PowerCutError, type Survival } from '../support/forgetting-disk.ts';

const FOLDER = '/a/deep/folder';
/** They lie in one folder. */
const KEY = '01890000-0000-7000-8000-0000000001ab';
const OTHER = '01890000-0000-7000-8000-0000000002ab';
const SURVIVALS: readonly Survival[] = [
  'nothing',
  'everything',
  'sizes',
  ...Array.from({ length: 5 }, (_, seed) => ({ seed })),
];

async function store(storage: Storage, key: string, text: string): Promise<void> {
  const writer = await storage.open(key);
  await writer.append([Buffer.from(text)]);
  await writer.flush();
  await writer.close();
}

async function read(storage: Storage, key: string): Promise<string | undefined> {
  const reader = await storage.read(key, { start: 0, end: 100 });
  const memory = Buffer.alloc(100);
  const size = await reader?.fill(memory);
  return size === undefined ? undefined : memory.toString('utf8', 0, size);
}

/** Runs the acts beside each other until the power goes; answers which of them were done. */
async function run(disk: ForgettingDisk, acts: Readonly<Record<string, () => Promise<void>>>) {
  const done: string[] = [];
  for (const outcome of await Promise.allSettled(
    Object.entries(acts).map(async ([name, act]) => {
      await act();
      done.push(name);
    }),
  )) {
    if (outcome.status === 'fulfilled') continue;
    if (!(outcome.reason instanceof PowerCutError) || disk.power.isOn) throw outcome.reason;
  }
  return done;
}

/** Calls for every operation at which the power can be cut, and every survival; `act` answers whether it was cut at all. */
async function atEveryOperation(
  act: (cutAt: number, survival: Survival) => Promise<boolean>,
): Promise<void> {
  for (const survival of SURVIVALS) {
    let operations = 0;
    while (await act(operations + 1, survival)) operations += 1;
    expect(operations).toBeGreaterThan(1);
  }
}

it('a blob whose folder is being made for another one at the same time', async () => {
  for (let seed = 0; seed < 100; seed += 1) {
    const disk = new ForgettingDisk({ seed });
    const storage = await openDiskStorage(FOLDER, disk);
    const storing = [KEY, OTHER].map((key) => store(storage, key, key).then(() => key));
    const first = await Promise.race(storing);
    const after = disk.cut('nothing');
    // The other one may have been anywhere.
    await Promise.allSettled(storing);
    expect(await read(await openDiskStorage(FOLDER, after), first), `seed ${seed}`).toBe(first);
  }
});

it('a blob that is made where a killed broker was about to', async () => {
  await atEveryOperation(async (killedAt, survival) => {
    const killed = new ForgettingDisk();
    killed.power.cutAt(killedAt);
    await run(killed, {
      open: async () => store(await openDiskStorage(FOLDER, killed), OTHER, 'other'),
    });
    const { isOn } = killed.power;
    const disk = killed.crash();
    await store(await openDiskStorage(FOLDER, disk), KEY, 'one');
    expect(await read(await openDiskStorage(FOLDER, disk.cut(survival)), KEY)).toBe('one');
    return !isOn;
  });
});

it('a blob that is removed where a killed broker was about to', async () => {
  await atEveryOperation(async (killedAt, survival) => {
    const killed = new ForgettingDisk();
    const storage = await openDiskStorage(FOLDER, killed);
    await store(storage, KEY, 'one');
    await store(storage, OTHER, 'other');
    killed.power.cutAt(killed.power.operations + killedAt);
    await run(killed, { remove: () => storage.remove(KEY) });
    const { isOn } = killed.power;
    const disk = killed.crash();
    await (await openDiskStorage(FOLDER, disk)).remove(KEY);
    const after = await openDiskStorage(FOLDER, disk.cut(survival));
    expect(await after.size(KEY)).toBeUndefined();
    expect(await read(after, OTHER)).toBe('other');
    return !isOn;
  });
});

it('the id, which is the old or the new one and never half of it', async () => {
  await atEveryOperation(async (cutAt, survival) => {
    const disk = new ForgettingDisk();
    const storage = await openDiskStorage(FOLDER, disk);
    await storage.writeId('the first history');
    disk.power.cutAt(disk.power.operations + cutAt);
    const done = await run(disk, { write: () => storage.writeId('the second one') });
    const { isOn } = disk.power;
    const after = await openDiskStorage(FOLDER, disk.cut(survival));
    const ids = ['the second one', ...(done.length === 0 ? ['the first history'] : [])];
    expect(ids).toContain(await after.readId());
    await after.writeId('the third');
    expect(await after.readId()).toBe('the third');
    return !isOn;
  });
});
