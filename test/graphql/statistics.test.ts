/** What statistics answer through GraphQL: to whom, in which order, and what they refuse. */
import { expect, test } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/domain/duration.ts';
import { createJobRunner } from '../../src/jobs/index.ts';
import { createTransferJobs, JOBS_AT_ONCE } from '../../src/transfers/index.ts';
import {
  type Asker,
  makeResource,
  makeTransfer,
  openRoom,
  party,
  pick,
  type Room,
  START,
} from '../support/graphql-room.ts';

const [OWNER, SENDER, ANNA] = [party(1), party(2), party(3)];
const [BO, VENDOR, STRANGER] = [party(4), party(5), party(6)];

const MEASURES = `transfers uploaded published failed cancelled allConfirmed neverConfirmed open anyConfirmed
  bytesUploaded downloadAttempts downloadsStarted downloadsConfirmed recipientsNeverConfirmed medianSecondsToConfirm`;
const TOTALS = `query ($filter: StatisticsFilter) { statistics(filter: $filter) { totals { ${MEASURES} } } }`;
const CONFIRM = `mutation ($id: ID!) { confirmDownload(transferId: $id) { __typename } }`;
const CANCEL = `mutation ($id: ID!) { cancelTransfer(id: $id) { __typename } }`;

/** Hello to Anna and Bo, which Anna confirms after an hour by software of a vendor, and a word to Anna that is withdrawn. */
async function openScene() {
  const room = await openRoom();
  const owner = room.as(OWNER);
  const sender = room.as(SENDER);
  const anna = room.as(ANNA, { vendor: VENDOR });
  await makeResource(owner, { title: 'Files' });
  const shared = await makeTransfer(sender, [ANNA, BO]);
  await room.upload(sender, shared, 'hello');
  room.clock.time += HOUR_MS;
  await room.download(anna, shared);
  await anna.ask(CONFIRM, { id: shared });
  room.clock.time += DAY_MS;
  const withdrawn = await makeTransfer(room.as(SENDER, { vendor: VENDOR }), [ANNA]);
  await sender.ask(CANCEL, { id: withdrawn });
  return {
    room,
    owner,
    sender,
    anna,
    bo: room.as(BO),
    shared,
    withdrawn,
    [Symbol.asyncDispose]: () => room[Symbol.asyncDispose](),
  };
}

async function rowsOf(asker: Asker, groupBy: string, fields: string, more = '') {
  const answer = await asker.ask(
    `{ statistics(groupBy: [${groupBy}]) { rows${more} { ${fields} } rowCount } }`,
  );
  const rows = pick(answer, 'statistics.rows') as readonly Record<string, unknown>[];
  expect(pick(answer, 'statistics.rowCount')).toBe(rows.length);
  return rows;
}

test('totals count each transfer once, for each who sees it, as soon as it has happened', async () => {
  await using scene = await openScene();
  const all = {
    transfers: 2,
    uploaded: 1,
    published: 1,
    failed: 0,
    cancelled: 1,
    allConfirmed: 0,
    neverConfirmed: 0,
    open: 1,
    anyConfirmed: 1,
    bytesUploaded: 5,
    downloadAttempts: 1,
    downloadsStarted: 1,
    downloadsConfirmed: 1,
    recipientsNeverConfirmed: 0,
    medianSecondsToConfirm: 3600,
  };
  for (const asker of [scene.owner, scene.sender, scene.anna]) {
    expect(await asker.ask(TOTALS)).toEqual({ statistics: { totals: all } });
  }
  expect(await scene.bo.ask(TOTALS)).toEqual({
    statistics: { totals: { ...all, transfers: 1, cancelled: 0 } },
  });
  const nothing = Object.fromEntries(Object.keys(all).map((name) => [name, 0]));
  expect(await scene.room.as(STRANGER).ask(TOTALS)).toEqual({
    statistics: { totals: { ...nothing, medianSecondsToConfirm: null } },
  });
});

test('with the scope altinn:serviceowner alone one counts what goes through resources that one owns', async () => {
  await using scene = await openScene();
  const scopes = ['altinn:serviceowner'];
  const count = '{ statistics { totals { transfers } rows { transfers } rowCount } }';
  expect(await scene.room.as(SENDER, { scopes }).ask(count)).toEqual({
    statistics: { totals: { transfers: 0 }, rows: [], rowCount: 0 },
  });
  expect(await scene.room.as(OWNER, { scopes }).ask(count)).toEqual({
    statistics: { totals: { transfers: 2 }, rows: [{ transfers: 2 }], rowCount: 1 },
  });
  expect(await scene.room.as(OWNER, { scopes: ['openid'] }).errorCodes(count)).toEqual([
    'INSUFFICIENT_SCOPE',
  ]);
});

test('rows are told apart by every dimension, and show those that they are told apart by', async () => {
  await using scene = await openScene();
  const { owner } = scene;
  const fields = `period resource { id title } serviceOwner { party { id } } sender { id } recipient { id }
    senderVendor { id } recipientVendor { id } transfers downloadsConfirmed`;
  const none = {
    period: null,
    resource: null,
    serviceOwner: null,
    sender: null,
    recipient: null,
    senderVendor: null,
    recipientVendor: null,
  };
  expect(await rowsOf(owner, 'DAY', fields)).toEqual([
    { ...none, period: '2026-01-01', transfers: 1, downloadsConfirmed: 1 },
    { ...none, period: '2026-01-02', transfers: 1, downloadsConfirmed: 0 },
  ]);
  expect(await rowsOf(owner, 'RESOURCE, SERVICE_OWNER, MONTH', fields)).toEqual([
    {
      ...none,
      period: '2026-01',
      resource: { id: 'the-resource', title: 'Files' },
      serviceOwner: { party: { id: OWNER } },
      transfers: 2,
      downloadsConfirmed: 1,
    },
  ]);
  // A transfer counts in the row of each of its recipients.
  expect(await rowsOf(owner, 'RECIPIENT', fields)).toEqual([
    { ...none, recipient: { id: ANNA }, transfers: 2, downloadsConfirmed: 1 },
    { ...none, recipient: { id: BO }, transfers: 1, downloadsConfirmed: 0 },
  ]);
  // And once for each vendor of theirs: none before a download.
  expect(await rowsOf(owner, 'RECIPIENT_VENDOR', fields)).toEqual([
    { ...none, transfers: 2, downloadsConfirmed: 0 },
    { ...none, recipientVendor: { id: VENDOR }, transfers: 1, downloadsConfirmed: 1 },
  ]);
  expect(await rowsOf(owner, 'SENDER, SENDER_VENDOR', fields)).toEqual([
    {
      ...none,
      sender: { id: SENDER },
      senderVendor: { id: SENDER },
      transfers: 1,
      downloadsConfirmed: 1,
    },
    {
      ...none,
      sender: { id: SENDER },
      senderVendor: { id: VENDOR },
      transfers: 1,
      downloadsConfirmed: 0,
    },
  ]);
  // Whoever sees a transfer sees all of its recipients.
  expect(await rowsOf(scene.bo, 'RECIPIENT', 'recipient { id } downloadsConfirmed')).toEqual([
    { recipient: { id: ANNA }, downloadsConfirmed: 1 },
    { recipient: { id: BO }, downloadsConfirmed: 0 },
  ]);
});

test('a recipient gets to know its own vendor and no other, as it is with events', async () => {
  await using scene = await openScene();
  const vendors = (asker: Asker) =>
    rowsOf(
      asker,
      'RECIPIENT, SENDER_VENDOR, RECIPIENT_VENDOR',
      'recipient { id } senderVendor { id } recipientVendor { id } transfers',
    );
  const [anna, bo, vendor] = [{ id: ANNA }, { id: BO }, { id: VENDOR }];
  expect(await vendors(scene.anna)).toEqual([
    { recipient: anna, senderVendor: null, recipientVendor: null, transfers: 1 },
    { recipient: anna, senderVendor: null, recipientVendor: vendor, transfers: 1 },
    { recipient: bo, senderVendor: null, recipientVendor: null, transfers: 1 },
  ]);
  expect(await vendors(scene.bo)).toEqual([
    { recipient: anna, senderVendor: null, recipientVendor: null, transfers: 1 },
    { recipient: bo, senderVendor: null, recipientVendor: null, transfers: 1 },
  ]);
  expect(await rowsOf(scene.bo, 'SENDER_VENDOR', 'senderVendor { id } transfers')).toEqual([
    { senderVendor: null, transfers: 1 },
  ]);
  expect(
    await rowsOf(
      scene.anna,
      'RECIPIENT_VENDOR',
      'recipientVendor { id } transfers medianSecondsToConfirm',
    ),
  ).toEqual([
    { recipientVendor: null, transfers: 2, medianSecondsToConfirm: null },
    { recipientVendor: vendor, transfers: 1, medianSecondsToConfirm: 3600 },
  ]);
});

test('one operation asks for so many fields of statistics and no more', async () => {
  await using room = await openRoom();
  const owner = room.as(OWNER);
  const ask = (fields: number) => {
    const aliases = Array.from({ length: fields }, (_, index) => `a${index}: totals { transfers }`);
    return owner.request(`{ statistics { ${aliases.join(' ')} } }`);
  };
  expect((await ask(20)).errors).toBeUndefined();
  const { data, errors } = await ask(21);
  expect([data, errors?.map(({ extensions }) => extensions.code)]).toEqual([
    null,
    ['BAD_USER_INPUT'],
  ]);
  expect(errors?.[0]?.message).toContain('more than 20 fields of statistics');
});

test('rows go by a measure where one is named, and rows without a median come last', async () => {
  await using scene = await openScene();
  const { owner } = scene;
  const byTransfers = (order: string) =>
    rowsOf(owner, 'RECIPIENT', 'recipient { id }', `(orderBy: TRANSFERS${order})`);
  expect(await byTransfers('')).toEqual([{ recipient: { id: ANNA } }, { recipient: { id: BO } }]);
  expect(await byTransfers(', order: ASC')).toEqual([
    { recipient: { id: BO } },
    { recipient: { id: ANNA } },
  ]);
  for (const order of ['ASC', 'DESC']) {
    const by = `(orderBy: MEDIAN_SECONDS_TO_CONFIRM, order: ${order})`;
    expect(await rowsOf(owner, 'DAY', 'period medianSecondsToConfirm', by)).toEqual([
      { period: '2026-01-01', medianSecondsToConfirm: 3600 },
      { period: '2026-01-02', medianSecondsToConfirm: null },
    ]);
  }
  const first = await owner.ask(
    '{ statistics(groupBy: [DAY]) { rows(first: 1) { period } rowCount } }',
  );
  expect(first).toEqual({ statistics: { rows: [{ period: '2026-01-01' }], rowCount: 2 } });
});

test('a filter lets through what matches all of it, and of recipients counts those that it names', async () => {
  await using scene = await openScene();
  const count = async (filter: object) =>
    pick(await scene.owner.ask(TOTALS, { filter }), 'statistics.totals') as Record<string, unknown>;
  expect(await count({ from: '2026-01-02' })).toMatchObject({ transfers: 1, cancelled: 1 });
  expect(await count({ to: '2026-01-02' })).toMatchObject({ transfers: 1, cancelled: 0 });
  expect(await count({ from: '2026-01-03', to: '2026-01-01' })).toMatchObject({ transfers: 0 });
  expect(await count({ resourceIds: ['another'] })).toMatchObject({ transfers: 0 });
  expect(await count({ senders: [SENDER] })).toMatchObject({ transfers: 2 });
  expect(await count({ recipients: [BO] })).toMatchObject({ transfers: 1, downloadsConfirmed: 0 });
  expect(await count({ recipients: [ANNA, BO] })).toMatchObject({
    transfers: 2,
    downloadsConfirmed: 1,
  });
});

test('what no statistics can be of is refused, and says why', async () => {
  await using room = await openRoom();
  const owner = room.as(OWNER);
  for (const [query, code] of [
    ['{ statistics(groupBy: [DAY, MONTH]) { rowCount } }', 'INVALID_INPUT'],
    ['{ statistics(groupBy: [SENDER, SENDER]) { rowCount } }', 'INVALID_INPUT'],
    ['{ statistics(filter: { senders: [] }) { rowCount } }', 'INVALID_INPUT'],
    ['{ statistics { rows(first: 0) { period } } }', 'INVALID_INPUT'],
    ['{ statistics { rows(first: 10001) { period } } }', 'INVALID_INPUT'],
    ['{ statistics { waiting(first: 0) { transfers } } }', 'INVALID_INPUT'],
  ] as const) {
    expect(await owner.errorCodes(query), query).toEqual([code]);
  }
  const dated = 'query ($from: Date) { statistics(filter: { from: $from }) { rowCount } }';
  for (const from of ['2026-02-30', '2026-1-1', '2026-01-01T00:00:00Z', 20260101]) {
    const { errors } = await owner.request(dated, { from });
    expect(errors?.[0]?.message).toContain('is not a calendar day');
  }
  // Null is the default.
  const rows = await owner.ask('{ statistics { rows(first: null) { period } } }');
  expect(rows).toEqual({ statistics: { rows: [] } });
});

test('how long recipients take, and what waits for them now, whatever the dates', async () => {
  await using scene = await openScene();
  scene.room.clock.time += 6 * DAY_MS;
  const query = `query ($filter: StatisticsFilter) { statistics(filter: $filter) {
    timeToConfirm { fromSeconds toSeconds recipients } waiting { recipient { id } fromDays toDays transfers }
  } }`;
  const answer = await scene.owner.ask(query);
  const spans = pick(answer, 'statistics.timeToConfirm') as { recipients: number }[];
  expect(spans).toHaveLength(10);
  expect(spans.filter(({ recipients }) => recipients > 0)).toEqual([
    { fromSeconds: 3600, toSeconds: 6 * 3600, recipients: 1 },
  ]);
  expect(spans.at(-1)).toMatchObject({ fromSeconds: 30 * 86_400, toSeconds: null });
  const waiting = [{ recipient: { id: BO }, fromDays: 7, toDays: 14, transfers: 1 }];
  expect(pick(answer, 'statistics.waiting')).toEqual(waiting);
  const later = await scene.owner.ask(query, { filter: { from: '2026-06-01' } });
  expect(pick(later, 'statistics.waiting')).toEqual(waiting);
  const othersOnly = await scene.owner.ask(query, { filter: { recipients: [ANNA] } });
  expect(pick(othersOnly, 'statistics.waiting')).toEqual([]);
});

test('everything that happened before asOf is counted, also where counting lags behind', async () => {
  await using scene = await openScene();
  const asked = '{ statistics { asOf totals { transfers } } }';
  const now = scene.room.clock.time;
  expect(await scene.owner.ask(asked)).toEqual({
    statistics: { asOf: new Date(now - 5000).toISOString(), totals: { transfers: 2 } },
  });
  // As after a new beginning.
  await scene.room.services.database.write((tx) =>
    tx.updateTable('statistics_generation').set({ position: 0 }).execute(),
  );
  const stopped = { ...scene.room.services.statistics, catchUp: async () => undefined };
  Object.assign(scene.room.services, { statistics: stopped });
  const lagging = await scene.owner.ask('{ statistics { asOf } }');
  expect(pick(lagging, 'statistics.asOf')).toBe(new Date(START - 5000).toISOString());
});

test('what was counted stays when the file is purged, and an expiry that nobody is told of ends a transfer too', async () => {
  await using room = await openRoom();
  const [owner, sender] = [room.as(OWNER), room.as(SENDER)];
  await makeResource(owner, { transferTimeToLive: 'P1D' });
  const sent = await makeTransfer(sender, [ANNA]);
  await room.upload(sender, sent, 'hello');
  await makeTransfer(sender, [ANNA]);
  await expire(room);
  const answer = await owner.ask(TOTALS);
  expect(pick(answer, 'statistics.totals')).toMatchObject({
    transfers: 2,
    published: 1,
    open: 0,
    neverConfirmed: 1,
    recipientsNeverConfirmed: 1,
    bytesUploaded: 5,
  });
});

/** Everything expires, as the jobs of a broker see to it. */
async function expire(room: Room): Promise<void> {
  room.clock.time += DAY_MS + MINUTE_MS;
  const { database, transfers, clock } = room.services;
  const jobs = createJobRunner({
    database,
    clock,
    handlers: createTransferJobs(transfers, room.storage, room.engine),
    atOnce: JOBS_AT_ONCE,
    onError: (error) => {
      throw error;
    },
  });
  await jobs.runDue();
  await jobs.stop();
}
