/**
 * That an answer outlasts a power cut cannot be seen by killing a process, since the system keeps what was written. It is
 * seen in the order of the system calls: what an answer promises has been flushed before its first byte is sent.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { initialize, openResource } from './support/api.ts';
import { makeDataDir, spawnBroker } from './support/broker.ts';
import { CancelTransfer, ConfirmDownload } from './support/operations.ts';
import {
  isFlush,
  isWrite,
  parseTrace,
  type SystemCall,
  traceCommand,
  whyNoTrace,
} from './support/system-calls.ts';
import { patchHeaders, tus } from './support/uploads.ts';

const reason = whyNoTrace();
if (reason !== undefined) {
  process.stderr.write(
    `LEFT OUT: whether answers wait for their flushes was not checked, because ${reason}.\n`,
  );
}

/** One request, in the order in which they were sent, and what its answer promises to keep. */
interface Step {
  readonly name: string;
  readonly status: number;
  /** So many bytes of a file. */
  readonly bytes?: number;
  /** The file is a new one: its name has to last, too. */
  readonly isNew?: boolean;
  /** And so is the folder that it lies in. */
  readonly makesFolder?: boolean;
}

/** A whole job, and what else brings bytes; one request at a time. */
async function doOneJob(
  broker: { readonly url: string; readonly dataDir: string } & AsyncDisposable,
) {
  const steps: Step[] = [];
  const scene = await openResource(broker);
  steps.push({ name: 'registerServiceOwner', status: 200 });
  steps.push({ name: 'configureResource', status: 200 });
  const { authorization } = scene.sender;
  const [first, second] = [randomBytes(300_000), randomBytes(200_000)];
  const begin = async () => {
    const transfer = await initialize(scene);
    steps.push({ name: 'initializeTransfer', status: 200 });
    return transfer;
  };

  const { id, uploadUrl, fileUrl } = await begin();
  const length = { 'Upload-Length': String(first.length + second.length) };
  const created = await tus('POST', uploadUrl, { ...authorization, ...length });
  steps.push({ name: 'POST', status: created.status });
  let patched = await tus('PATCH', uploadUrl, { ...authorization, ...patchHeaders(0) }, first);
  const file = { bytes: first.length, isNew: true };
  steps.push({ name: 'PATCH', status: patched.status, ...file, makesFolder: true });
  const at = patchHeaders(first.length);
  patched = await tus('PATCH', uploadUrl, { ...authorization, ...at }, second);
  steps.push({ name: 'the last PATCH', status: patched.status, bytes: second.length });
  const downloaded = await fetch(fileUrl, { headers: scene.recipient.authorization });
  await downloaded.arrayBuffer();
  steps.push({ name: 'GET', status: downloaded.status });
  const { confirmDownload } = await scene.recipient.run(ConfirmDownload, { id });
  expect(confirmDownload).toMatchObject({ status: 'ALL_CONFIRMED_DOWNLOADED' });
  steps.push({ name: 'confirmDownload', status: 200 });

  const withBytes = await begin();
  const { 'Content-Type': type = '' } = patchHeaders(0);
  const headers = { ...authorization, ...length, 'Content-Type': type };
  const creation = await tus('POST', withBytes.uploadUrl, headers, first);
  steps.push({ name: 'POST with bytes', status: creation.status, ...file });
  await scene.sender.run(CancelTransfer, { id: withBytes.id });
  steps.push({ name: 'cancelTransfer', status: 200 });

  const whole = await begin();
  const put = await tus('PUT', whole.uploadUrl, authorization, first);
  steps.push({ name: 'PUT', status: put.status, ...file });
  return steps;
}

/** What an answer was sent ahead of. */
function findBroken(
  calls: readonly SystemCall[],
  steps: readonly Step[],
  dataDir: string,
): string[] {
  const answers = calls.filter(
    ({ target, text }) => target.startsWith('socket:') && /"HTTP\/1\.1 \d{3} /.test(text),
  );
  const statusOf = ({ text }: SystemCall) => Number(/"HTTP\/1\.1 (\d{3}) /.exec(text)?.[1]);
  expect(answers.map(statusOf)).toEqual(steps.map(({ status }) => status));
  const wal = join(dataDir, 'ferje.sqlite-wal');
  const files = join(dataDir, 'files/');
  return steps.flatMap((step, index) => {
    const from = answers[index - 1]?.began ?? 0;
    const until = answers[index]?.began ?? 0;
    const during = calls.filter(({ began, ended }) => began > from && ended < until);
    const lastWrite = (isTarget: (target: string) => boolean) =>
      during.findLast((call) => isWrite(call) && isTarget(call.target));
    const flushAfter = (place: number | undefined, target: string | undefined) =>
      during.find((call) => isFlush(call) && call.target === target && call.began > (place ?? 0));

    const broken: string[] = [];
    const commit = lastWrite((target) => target === wal);
    if (commit === undefined) broken.push(`${step.name} wrote nothing to the log of the database`);
    else if (flushAfter(commit.ended, wal) === undefined) {
      broken.push(`${step.name} was answered before its commit was flushed`);
    }
    if (step.bytes === undefined) return broken;

    const isFile = (target: string) => target.startsWith(files);
    const written = during
      .filter((call) => isWrite(call) && isFile(call.target))
      .reduce((sum, { result }) => sum + result, 0);
    if (written !== step.bytes) broken.push(`${step.name} wrote ${written} of ${step.bytes} bytes`);
    const data = lastWrite(isFile);
    const flushed = flushAfter(data?.ended, data?.target);
    if (flushed === undefined) {
      broken.push(`${step.name} was answered before its bytes were flushed`);
    } else if (commit !== undefined && commit.began < flushed.ended) {
      broken.push(`${step.name} told the database of bytes that were not flushed yet`);
    }
    const folder = dirname(data?.target ?? '');
    const named = flushAfter(data?.ended, folder);
    if (step.isNew === true && (named === undefined || (commit?.began ?? 0) < named.ended)) {
      broken.push(`${step.name} was answered before the name of its file was flushed`);
    }
    const around = flushAfter(undefined, dirname(folder));
    if (step.makesFolder === true && (around === undefined || around.ended > (data?.began ?? 0))) {
      broken.push(`${step.name} was answered before the name of its folder was flushed`);
    }
    return broken;
  });
}

it.skipIf(reason !== undefined)(
  'nothing is answered before the flushes that it rests on: bytes, then the name of their file, then the commit',
  async () => {
    const dataDir = await makeDataDir();
    const file = join(dataDir, 'trace');
    const broker = await spawnBroker(dataDir, { command: traceCommand(file) });
    // The process that was started is strace, which passes no signal on.
    const pid = broker.log.map((line) => JSON.parse(line).pid as number).at(-1) ?? 0;
    const ended = once(broker.process, 'exit');
    let steps: Step[];
    try {
      steps = await doOneJob(broker);
    } finally {
      process.kill(pid, 'SIGTERM');
      expect(await ended).toEqual([0, null]);
    }
    expect(steps.map(({ status }) => status)).toEqual([
      200, 200, 200, 201, 204, 204, 200, 200, 200, 201, 200, 200, 201,
    ]);
    const calls = parseTrace(await readFile(file, 'utf8'));
    await rm(dataDir, { recursive: true });
    expect(findBroken(calls, steps, dataDir)).toEqual([]);

    // A check that cannot fail shows nothing: without any one sort of these flushes it has to.
    const folders = join(dataDir, 'files');
    const without = (isDropped: (target: string) => boolean) =>
      findBroken(
        calls.filter((call) => !(isFlush(call) && isDropped(call.target))),
        steps,
        dataDir,
      );
    expect(without((target) => target.endsWith('-wal'))).toHaveLength(steps.length);
    const isBlob = (target: string) => dirname(dirname(target)) === folders;
    expect(without(isBlob)).toEqual(
      ['PATCH', 'the last PATCH', 'POST with bytes', 'PUT'].map(
        (name) => `${name} was answered before its bytes were flushed`,
      ),
    );
    expect(without((target) => dirname(target) === folders)).toEqual(
      ['PATCH', 'POST with bytes', 'PUT'].map(
        (name) => `${name} was answered before the name of its file was flushed`,
      ),
    );
    expect(without((target) => target === folders)).toEqual([
      'PATCH was answered before the name of its folder was flushed',
    ]);
  },
);
