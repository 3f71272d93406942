/** When a life ends: anywhere, or where it may hurt most. */
import { setTimeout as pause } from 'node:timers/promises';
import { hasEnded } from '../../src/domain/transfer-status.ts';
import type { ActKind } from './acts.ts';
import type { Random } from './random.ts';
import type { Run } from './run.ts';

/** A life is no longer than this, so that many of them pass. */
const MAX_LIFE_MS = 1400;
/** A start takes about this long. */
const MAX_START_MS = 700;

const AIMED_ACTS: readonly ActKind[] = [
  'initialize',
  'create',
  'patch',
  'patch with checksum',
  'put',
  'tus client',
  'delete',
  'cancel',
  'download',
  'confirm',
];

export type KillMoment =
  | { readonly kind: 'while it starts'; readonly afterMs: number }
  | { readonly kind: 'at any moment'; readonly afterMs: number }
  | { readonly kind: 'during an act'; readonly act: ActKind; readonly afterMs: number }
  | { readonly kind: 'about an expiry'; readonly afterMs: number };

export function drawKillMoment(random: Random, expires: boolean): KillMoment {
  const kind = random.next();
  if (kind < 0.12) return { kind: 'while it starts', afterMs: random.between(20, MAX_START_MS) };
  if (kind < 0.5) {
    const act = random.pick(AIMED_ACTS);
    return { kind: 'during an act', act, afterMs: random.between(0, 12) };
  }
  if (kind < 0.7 && expires) return { kind: 'about an expiry', afterMs: random.between(-10, 80) };
  return { kind: 'at any moment', afterMs: random.between(50, MAX_LIFE_MS) };
}

/** Waits for it. Of one that does not come in time, the end of the time is the moment. */
export async function untilMoment(run: Run, random: Random, moment: KillMoment): Promise<void> {
  switch (moment.kind) {
    case 'while it starts':
    case 'at any moment':
      return pause(moment.afterMs);
    case 'during an act': {
      // The load has to get under way first.
      await pause(random.between(100, MAX_LIFE_MS - 200));
      const signal = AbortSignal.timeout(MAX_LIFE_MS);
      await run.acts.untilBegun(moment.act, signal).catch(() => undefined);
      return pause(moment.afterMs);
    }
    case 'about an expiry': {
      const now = Date.now();
      const dues = run.records
        .filter(({ known }) => !hasEnded(known.status))
        .map(({ transfer }) => (transfer?.expiresAt ?? 0) - now)
        .filter((inMs) => inMs > 300 && inMs < MAX_LIFE_MS);
      const untilDue = dues.length > 0 ? random.pick(dues) : MAX_LIFE_MS / 2;
      return pause(Math.max(0, untilDue + moment.afterMs));
    }
  }
}
