import { describe, expect, it } from 'vitest';
import type { ResourceSettingsChange } from '../../src/domain/resource-settings.ts';
import { configureResource } from '../../src/resources/index.ts';
import { type InitializeTransfer, initializeTransfer } from '../../src/transfers/index.ts';
import {
  ANNA,
  BO,
  callerOf,
  OWNER,
  openTransferScene,
  RESOURCE,
  SENDER,
  type TransferScene,
} from '../support/transfer-scene.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** What initializing with the key answers: the transfer's id, or why not. */
async function send(
  { context }: TransferScene,
  more: Partial<InitializeTransfer> = {},
): Promise<string> {
  const { sender = SENDER } = more;
  const made = await initializeTransfer(context, callerOf(sender), {
    resourceId: RESOURCE,
    fileName: 'file.txt',
    sender,
    recipients: [ANNA],
    skipVirusScan: true,
    idempotencyKey: 'key',
    ...more,
  });
  return made.ok ? made.value.id : made.error.code;
}

async function configure(scene: TransferScene, change: ResourceSettingsChange): Promise<void> {
  const { database, clock } = scene;
  const input = { id: RESOURCE, ...change };
  const done = await configureResource({ database, now: clock.time }, callerOf(OWNER), input);
  expect(done).toMatchObject({ ok: true });
}

const countTransfers = async ({ database }: TransferScene) =>
  (await database.read((db) => db.selectFrom('transfer').select('id').execute())).length;

describe('an idempotency key', () => {
  it('answers the transfer that it made, and makes no other', async () => {
    await using scene = await openTransferScene();
    const id = await send(scene);
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    const again = await Promise.all([send(scene), send(scene)]);
    expect(again).toEqual([id, id]);
    expect(await countTransfers(scene)).toBe(1);
  });

  it('answers it whatever became of it', async () => {
    await using scene = await openTransferScene();
    const id = await send(scene);
    await scene.cancel(id);
    expect(await send(scene)).toBe(id);
  });

  it('answers it without asking for access again', async () => {
    await using scene = await openTransferScene();
    const id = await send(scene);
    await configure(scene, { openTo: [] });
    expect(await send(scene)).toBe(id);
    expect(await send(scene, { idempotencyKey: 'other' })).toBe('NO_ACCESS_TO_RESOURCE');
  });

  it.each<[string, ResourceSettingsChange, string]>([
    ['another party', { requiredParty: BO }, 'REQUIRED_PARTY_MISSING'],
    ['a scan of every file', { virusScan: 'REQUIRED' }, 'VIRUS_SCAN_REQUIRED'],
  ])('answers it though the resource has come to require %s', async (_, change, code) => {
    await using scene = await openTransferScene();
    const id = await send(scene);
    await configure(scene, change);
    expect(await send(scene)).toBe(id);
    expect(await send(scene, { idempotencyKey: 'other' })).toBe(code);
  });

  it('with another input is refused, after everything that is wrong with that', async () => {
    await using scene = await openTransferScene();
    await send(scene);
    expect(await send(scene, { recipients: [BO] })).toBe('IDEMPOTENCY_KEY_REUSED');
    expect(await send(scene, { fileName: 'other.txt' })).toBe('IDEMPOTENCY_KEY_REUSED');
    expect(await send(scene, { recipients: [BO, BO] })).toBe('INVALID_INPUT');
    await configure(scene, { requiredParty: BO });
    expect(await send(scene, { fileName: 'other.txt' })).toBe('REQUIRED_PARTY_MISSING');
    expect(await countTransfers(scene)).toBe(1);
  });

  it('is the sender’s own', async () => {
    await using scene = await openTransferScene();
    const id = await send(scene);
    const other = await send(scene, { sender: BO });
    expect(other).not.toBe(id);
    expect(await countTransfers(scene)).toBe(2);
  });

  it('is good for a day, and then for what it makes next', async () => {
    await using scene = await openTransferScene();
    const id = await send(scene);
    scene.clock.time += DAY_MS - 1;
    expect(await send(scene)).toBe(id);
    scene.clock.time += 1;
    const next = await send(scene, { fileName: 'other.txt' });
    expect(next).toMatch(/^[0-9a-f-]{36}$/);
    expect(next).not.toBe(id);
    expect(await send(scene, { fileName: 'other.txt' })).toBe(next);
  });
});
