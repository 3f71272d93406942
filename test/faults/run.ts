/** What those who act and those who check share during one run. */
import type { ActKind, Acts } from './acts.ts';
import type { Contents } from './contents.ts';
import type { TransferRecord } from './ledger.ts';
import type { Life, Lives } from './lives.ts';
import type { Random } from './random.ts';
import type { ResourceKind } from './resource-kinds.ts';
import type { Violations } from './violations.ts';

export interface Run {
  readonly acts: Acts;
  readonly lives: Lives;
  readonly violations: Violations;
  readonly contents: Contents;
  readonly resources: readonly ResourceKind[];
  readonly records: TransferRecord[];
  /** An access token of a party. */
  tokenOf(party: string): string;
}

/** Who acts: one of several that share the run, with chances of its own. */
export interface Actor {
  readonly run: Run;
  readonly random: Random;
}

/** The parties, whose numbers nobody has to know. */
export const OWNER = '0192:991825827';
export const SENDERS = ['0192:100000001', '0192:100000002', '0192:100000003'] as const;
export const RECIPIENTS = [
  '0192:200000001',
  '0192:200000002',
  '0192:200000003',
  '0192:200000004',
] as const;

/** These end early where the broker answers before the body is through, or the client wills it. */
const BREAKABLE: ReadonlySet<ActKind> = new Set<ActKind>([
  'create',
  'patch',
  'patch with checksum',
  'patch cut by the client',
  'put',
  'put cut by the client',
  'tus client',
]);

/** Sends something; undefined where no answer came, which only a kill may cause. */
export async function attempt<T>(
  run: Run,
  life: Life,
  kind: ActKind,
  send: () => Promise<T>,
  record?: TransferRecord,
): Promise<T | undefined> {
  const end = run.acts.begin(kind);
  try {
    return await send();
  } catch (error) {
    run.acts.count(kind, 'unknown');
    if (record !== undefined) note(record, life, kind, life.isOver ? 'killed' : `${error}`);
    if (!life.isOver && !mayBreak(kind, record)) {
      const subject = record === undefined ? kind : nameOf(record);
      run.violations.add(subject, `A ${kind} got no answer: ${describe(error)}`, record?.journal);
    }
    return undefined;
  } finally {
    end();
  }
}

/** Whether a connection may end without a kill: a cancel cuts running downloads. */
function mayBreak(kind: ActKind, record: TransferRecord | undefined): boolean {
  return BREAKABLE.has(kind) || (kind.startsWith('download') && record?.asked.cancel === true);
}

/** Something that should not have been, of a transfer. */
export function accuse(run: Run, record: TransferRecord, what: string | undefined): void {
  if (what !== undefined) run.violations.add(nameOf(record), what, record.journal);
}

/** A line for the transfer's journal. */
export function note(record: TransferRecord, life: Life, kind: string, what: string): void {
  const at = new Date().toISOString().slice(11, 23);
  record.journal.push(`${at} life ${life.number}, ${kind}: ${what}`);
}

/** What a transfer is called in violations. */
export function nameOf({ number, resource, transfer }: TransferRecord): string {
  return `transfer ${number} (${resource.id}, ${transfer?.id ?? 'never acknowledged'})`;
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
  return `${error.message}${cause}`;
}

/** Does something to each of a list, some of them at once. */
export async function forEachOf<T>(
  list: readonly T[],
  atOnce: number,
  act: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  const work = async () => {
    while (next < list.length) {
      const item = list[next] as T;
      next += 1;
      await act(item);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}
