/** What a run was made of, for a person. */
import type { TransferStatus } from '../../src/domain/transfer-status.ts';
import type { ActKind, Outcome } from './acts.ts';
import type { TransferRecord } from './ledger.ts';

export interface FaultReport {
  readonly seed: number;
  readonly kills: number;
  readonly killsByMoment: ReadonlyMap<string, number>;
  readonly acts: readonly ({ readonly kind: ActKind; readonly underWayAtKills: number } & Readonly<
    Record<Outcome, number>
  >)[];
  readonly outcomes: ReadonlyMap<string, number>;
  readonly transfers: number;
  readonly events: number;
  /** On the disk at the end. */
  readonly files: number;
  readonly seconds: { readonly all: number; readonly settling: number };
  readonly violations: readonly string[];
  /** Where everything lies still, if it does. */
  readonly dataDir: string | undefined;
}

/** How the transfers have ended, or stand. */
export function countOutcomes(records: readonly TransferRecord[]): Map<string, number> {
  const counts = new Map<TransferStatus | 'never made', number>();
  for (const { transfer, known } of records) {
    const outcome = transfer === undefined ? 'never made' : known.status;
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  }
  return counts;
}

/** Tables as text. */
export function formatReport(report: FaultReport): string {
  const { acts, killsByMoment, outcomes, transfers, events, files, seconds } = report;
  const heads = ['act', 'acknowledged', 'refused', 'unknown', 'under way at kills'];
  const rows = acts.map((act) => [
    act.kind,
    ...[act.acknowledged, act.refused, act.unknown, act.underWayAtKills].map(String),
  ]);
  return [
    formatTable([heads, ...rows]),
    formatTable([['kills', ''], ...toRows(killsByMoment)]),
    formatTable([['transfers', ''], ...toRows(outcomes)]),
    `${transfers} transfers, ${events} events, ${files} files on the disk at the end; ` +
      `${seconds.all.toFixed(0)} s, of which ${seconds.settling.toFixed(0)} s to settle and compare.`,
  ].join('\n\n');
}

function toRows(counts: ReadonlyMap<string, number>): string[][] {
  return [...counts].map(([name, count]) => [name, String(count)]);
}

function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  '),
    )
    .join('\n');
}
