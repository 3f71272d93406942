/** Exports: what a link answers, to whom, and what stands in the files. */
import { expect, test } from 'vitest';
import { type Client, clientOf, initialize, publish, type Variables } from '../support/api.ts';
import { PARTIES } from '../support/broker.ts';
import type {
  ExportEventsMutationVariables,
  ExportStatisticsMutationVariables,
  ListEventsQuery,
} from '../support/graphql/graphql.ts';
import { ConfigureResource, ListEvents } from '../support/operations.ts';
import { ExportEvents, ExportStatistics, ReadLog } from '../support/statistics-operations.ts';
import { openFile, openScene, requestFile } from './request-file.ts';

const HOUR_MS = 3_600_000;
const NOBODYS = '01990000-0000-7000-8000-000000000000';

interface Link {
  readonly url: string;
  readonly expiresAt: number;
}

async function exportStatistics(
  client: Client,
  asked: Variables<ExportStatisticsMutationVariables>,
): Promise<Link> {
  const { exportStatistics: link } = await client.run(ExportStatistics, asked);
  if (link.__typename !== 'TemporaryLink') throw new Error(link.message);
  return { url: link.url, expiresAt: Date.parse(link.expiresAt) };
}

async function exportEvents(
  client: Client,
  asked: Variables<ExportEventsMutationVariables> = {},
): Promise<Link> {
  const { exportEvents: link } = await client.run(ExportEvents, asked);
  if (link.__typename !== 'TemporaryLink') throw new Error(link.message);
  return { url: link.url, expiresAt: Date.parse(link.expiresAt) };
}

/** The lines of a file of JSON Lines. */
async function readLines(url: string): Promise<Record<string, unknown>[]> {
  const { status, body } = await requestFile(url);
  expect(status).toBe(200);
  const lines = body.toString().split('\n');
  expect(lines.pop()).toBe('');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

test('a link to statistics works at once, without a token, and says what its file is', async () => {
  await using scene = await openScene();
  await publish(scene, Buffer.from('hello'));
  const before = Date.now();
  const { url, expiresAt } = await exportStatistics(scene.owner, { format: 'CSV' });
  expect(url).toMatch(new RegExp(`^${scene.broker.url}/exports/[0-9a-f-]{36}\\?link=`));
  expect(Math.abs(expiresAt - before - HOUR_MS)).toBeLessThan(60_000);

  const answer = await requestFile(url);
  expect(answer.status).toBe(200);
  expect(answer.headers).toMatchObject({
    'content-type': 'text/csv; charset=utf-8; header=present',
    'content-disposition': expect.stringMatching(
      /^attachment; filename="statistics-\d{4}-\d\d-\d\d\.csv"/,
    ),
    'cache-control': 'private, no-store, no-transform',
    'x-content-type-options': 'nosniff',
  });
  const [names = '', row = '', ...rest] = answer.body.toString().split('\r\n');
  expect(rest).toEqual(['']);
  const values = row.split(',');
  const named = Object.fromEntries(names.split(',').map((name, index) => [name, values[index]]));
  expect(named).toMatchObject({
    resourceId: scene.resourceId,
    sender: PARTIES.sender,
    transfers: '1',
    bytesUploaded: '5',
    medianSecondsToConfirm: '',
    // As Altinn calls them.
    totalFileTransfers: '1',
    filetransfercount: '1',
    filestoragebytes: '5',
  });
  const head = await requestFile(url, {}, 'HEAD');
  expect([head.status, head.body.length]).toEqual([200, 0]);
  expect(head.headers['content-type']).toBe(answer.headers['content-type']);
  expect(await requestFile(url, {}, 'POST')).toMatchObject({
    status: 405,
    code: 'METHOD_NOT_ALLOWED',
  });
});

test('the reports of Altinn can be had with exactly their columns, in their order', async () => {
  await using scene = await openScene();
  await publish(scene, Buffer.from('hello'));
  const daily = await exportStatistics(scene.owner, {
    format: 'JSONL',
    columns: 'ALTINN_DAILY_SUMMARY',
  });
  const [day] = await readLines(daily.url);
  const today = new Date().toISOString().slice(0, 10);
  const [year, month, date] = today.split('-').map(Number);
  expect(Object.entries(day ?? {})).toEqual([
    ['date', today],
    ['year', year],
    ['month', month],
    ['day', date],
    ['service_owner_id_pk', PARTIES.owner.slice(5)],
    ['service_owner_name', 'Brønnøysundregistrene'],
    ['file_sender_id', PARTIES.sender.slice(5)],
    ['resource_id', scene.resourceId],
    ['altinn_resource_service', null],
    ['recipient_type', 'Organization'],
    ['altinn_version', 'Altinn3'],
    ['filetransfercount', 1],
    ['databasestoragebytes', 0],
    ['filestoragebytes', 5],
  ]);
  const monthly = await exportStatistics(scene.owner, {
    groupBy: ['MONTH', 'RESOURCE', 'SENDER', 'RECIPIENT'],
    format: 'CSV',
    columns: 'ALTINN_MONTHLY_REPORT',
  });
  expect((await requestFile(monthly.url)).body.toString()).toBe(
    'year,month,resourceId,senderVendor,recipientVendor,sender,recipient,totalFileTransfers,uploadCount,' +
      'totalTransferDownloadAttempts,transfersWithDownloadConfirmed\r\n' +
      `${year},${month},${scene.resourceId},,,${PARTIES.sender},${PARTIES.recipient},1,1,0,0\r\n`,
  );
});

test('a grouping that cannot be exported is refused', async () => {
  await using scene = await openScene();
  for (const asked of [
    { groupBy: ['DAY', 'MONTH'], format: 'CSV' },
    { groupBy: ['SENDER', 'SENDER'], format: 'CSV' },
    { groupBy: ['DAY'], format: 'CSV', columns: 'ALTINN_DAILY_SUMMARY' },
    { groupBy: ['MONTH', 'RESOURCE', 'SENDER'], format: 'CSV', columns: 'ALTINN_MONTHLY_REPORT' },
  ] as const) {
    const { exportStatistics: refused } = await scene.owner.run(ExportStatistics, {
      ...asked,
      groupBy: [...asked.groupBy],
    });
    expect(refused).toMatchObject({
      __typename: 'ValidationError',
      code: 'INVALID_INPUT',
      field: 'groupBy',
    });
  }
  const { exportEvents: refused } = await scene.owner.run(ExportEvents, {
    filter: { types: [], audience: 'ALL' },
  });
  expect(refused).toMatchObject({ __typename: 'ValidationError', field: 'filter.types' });
});

test('titles and names that a spreadsheet would run are written as text', async () => {
  await using scene = await openScene();
  await scene.owner.run(ConfigureResource, {
    input: { id: scene.resourceId, title: '=HYPERLINK("https://evil.example","a, b")' },
  });
  await initialize(scene);
  const { url } = await exportStatistics(scene.owner, { groupBy: ['RESOURCE'], format: 'CSV' });
  const file = (await requestFile(url)).body.toString();
  expect(file).toContain(`,"'=HYPERLINK(""https://evil.example"",""a, b"")",`);
  const json = await exportStatistics(scene.owner, { groupBy: ['RESOURCE'], format: 'JSONL' });
  expect((await readLines(json.url))[0]).toMatchObject({
    resourceTitle: '=HYPERLINK("https://evil.example","a, b")',
  });
});

test('each sees in an export what it sees elsewhere', async () => {
  await using scene = await openScene();
  await publish(scene);
  await initialize(scene, { recipients: [PARTIES.otherRecipient] });
  const stranger = await clientOf(scene.broker, PARTIES.stranger);
  for (const [client, transfers] of [
    [scene.owner, 2],
    [scene.sender, 2],
    [scene.recipient, 1],
    [stranger, undefined],
  ] as const) {
    const { url } = await exportStatistics(client, { groupBy: ['RESOURCE'], format: 'JSONL' });
    expect((await readLines(url))[0]?.transfers, client.party).toBe(transfers);
    const events = await readLines((await exportEvents(client)).url);
    const listed = await listAll(client);
    expect(events.map(({ id }) => id)).toEqual(listed.map(({ node }) => node.id));
  }
});

type Edges = NonNullable<ListEventsQuery['events']>['edges'];

async function listAll(client: Client): Promise<Edges> {
  const { events } = await client.run(ListEvents, { first: 100 });
  return events?.edges ?? [];
}

test('events are exported as they are listed, each with the cursor behind which one can go on', async () => {
  await using scene = await openScene();
  const { id } = await publish(scene);
  const [listed, lines] = [
    (await scene.sender.run(ReadLog, {})).events?.edges ?? [],
    await readLines((await exportEvents(scene.sender)).url),
  ];
  expect(lines).toHaveLength(listed.length);
  for (const [index, { cursor, node }] of listed.entries()) {
    expect(lines[index]).toMatchObject({
      id: node.id,
      cursor,
      type: node.type,
      time: node.time,
      transferId: id,
      resourceId: scene.resourceId,
      sender: PARTIES.sender,
      serviceOwner: PARTIES.owner,
      transferStatus: node.transferStatus,
      recipientStatus: node.recipientStatus,
      statusText: node.statusText,
      subject: node.subject?.id ?? null,
    });
  }
  expect(lines[0]?.actor).toMatchObject({ party: PARTIES.sender });
  // Who is neither sender nor owner does not see who acted.
  const received = await readLines((await exportEvents(scene.recipient)).url);
  expect(received.map(({ actor }) => actor)).toEqual(lines.map(() => null));

  const time = String(lines[2]?.time);
  const later = await readLines((await exportEvents(scene.sender, { from: time })).url);
  const earlier = await readLines((await exportEvents(scene.sender, { to: time })).url);
  expect([...earlier, ...later]).toEqual(lines);
  const filter = { types: ['PUBLISHED' as const], audience: 'MINE' as const };
  const some = await readLines((await exportEvents(scene.sender, { filter })).url);
  expect(some.map(({ type }) => type)).toEqual(['PUBLISHED']);
});

test('an export holds what has happened when it is fetched', async () => {
  await using scene = await openScene();
  const { url } = await exportStatistics(scene.owner, { groupBy: [], format: 'JSONL' });
  expect(await readLines(url)).toEqual([]);
  await initialize(scene);
  expect((await readLines(url))[0]).toMatchObject({ transfers: 1 });
});

test('a link that was changed anywhere, or of another export, is refused', async () => {
  await using scene = await openScene();
  const { url } = await exportStatistics(scene.owner, { format: 'CSV' });
  const other = await exportEvents(scene.owner);
  const [address = '', link = ''] = url.split('?link=');
  const [head = '', payload = '', signature = ''] = link.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
  const later = Buffer.from(JSON.stringify({ ...claims, exp: claims.exp + 3600 }));
  for (const [attempt, with_] of [
    [address, undefined],
    [`${address}?link=`, undefined],
    [`${address}?link=${head}.${later.toString('base64url')}.${signature}`, undefined],
    [`${address}?link=${other.url.split('?link=')[1]}`, undefined],
    [`${address}?link=${scene.owner.token}`, undefined],
    // The link is the permission, whoever asks.
    [address, scene.owner.authorization],
  ] as const) {
    expect(await requestFile(attempt, with_), attempt).toMatchObject({
      status: 403,
      code: 'LINK_INVALID',
    });
  }
  for (const id of [NOBODYS, 'nonsense', '%00']) {
    expect(await requestFile(`${scene.broker.url}/exports/${id}?link=${link}`)).toMatchObject({
      status: 404,
      code: 'EXPORT_NOT_FOUND',
    });
  }
});

test('a link ends after an hour', async () => {
  const clock = { shift: 0, now: () => Date.now() + clock.shift };
  await using scene = await openScene({ clock });
  const { url } = await exportStatistics(scene.owner, { format: 'CSV' });
  clock.shift = HOUR_MS - 60_000;
  expect((await requestFile(url)).status).toBe(200);
  clock.shift = HOUR_MS;
  expect(await requestFile(url)).toMatchObject({ status: 403, code: 'LINK_INVALID' });
});

test('who goes away in the middle of an export leaves its place to others', async () => {
  await using scene = await openScene();
  await initialize(scene);
  const { url } = await exportStatistics(scene.owner, { format: 'JSONL' });
  // More than there are places.
  for (let round = 0; round < 12; round += 1) {
    const { request } = await openFile(url);
    request.destroy();
  }
  const answers = await Promise.all(Array.from({ length: 12 }, () => readLines(url)));
  expect(answers.map((lines) => lines.length)).toEqual(answers.map(() => 1));
});
