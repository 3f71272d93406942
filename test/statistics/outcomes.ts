/** What histories were about, so that a test can tell that it met everything that it is meant to meet. */
import { EVENT_TYPES } from '../../src/domain/transfer-status.ts';
import { type PlainTransfer, type RawLog, tellTransfers } from './plain-calculation.ts';

type Is = (transfer: PlainTransfer) => boolean;

const isPublished: Is = ({ publishedAt }) => publishedAt !== null;
const confirmed = ({ recipients }: PlainTransfer) =>
  recipients.filter(({ hasConfirmed }) => hasConfirmed).length;

/** Each outcome that is counted in a way of its own. */
const OUTCOMES: Readonly<Record<string, Is>> = {
  'is open before its publication': (t) => !isPublished(t) && !t.hasEnded,
  'is open after its publication': (t) => isPublished(t) && !t.hasEnded && !t.isAllConfirmed,
  'failed before its last byte': (t) => t.hasFailed && !t.isUploaded,
  'failed after its last byte': (t) => t.hasFailed && t.isUploaded && !isPublished(t),
  'failed after its publication': (t) => t.hasFailed && isPublished(t),
  'was cancelled before its publication': (t) => t.isCancelled && !isPublished(t),
  'was cancelled after its publication': (t) => t.isCancelled && isPublished(t),
  'expired before its publication, with bytes': (t) =>
    t.hasEnded && !t.hasFailed && !t.isCancelled && t.isUploaded && !isPublished(t),
  'expired without a file': (t) => t.hasEnded && !t.hasFailed && !t.isCancelled && !t.isUploaded,
  'expired with nobody that confirmed': (t) => t.isNeverConfirmed && confirmed(t) === 0,
  'expired with some that confirmed': (t) => t.isNeverConfirmed && confirmed(t) > 0,
  'was confirmed by all and is kept': (t) => t.isAllConfirmed && !t.hasEnded,
  'was confirmed by all and has ended': (t) => t.isAllConfirmed && t.hasEnded,
  'was sent by software of another party': (t) => t.senderVendor !== t.sender,
  'was downloaded by software of another party': (t) =>
    t.recipients.some(({ party, vendor }) => vendor !== null && vendor !== party),
  'was downloaded by several vendors': (t) =>
    new Set(t.recipients.map(({ vendor }) => vendor ?? '')).size > 1,
  'was downloaded again': (t) => t.recipients.some(({ attempts }) => attempts > 1),
  'was received by its sender': (t) => t.recipients.some(({ party }) => party === t.sender),
  'was sent by the owner': (t) => t.sender === t.owner,
  'was received by the owner': (t) => t.recipients.some(({ party }) => party === t.owner),
  'has one recipient': (t) => t.recipients.length === 1,
  'has several recipients': (t) => t.recipients.length > 1 && t.recipients.length < 5,
  'has many recipients': (t) => t.recipients.length >= 5,
};

export interface Tally {
  /** Notes what a log tells of. */
  note(log: RawLog): void;
  /** Types of events and outcomes that were not met. */
  missing(): string[];
  /** How often each was met. */
  readonly counts: Readonly<Record<string, number>>;
}

export function createTally(): Tally {
  const counts: Record<string, number> = {};
  for (const name of [...EVENT_TYPES, ...Object.keys(OUTCOMES)]) counts[name] = 0;
  const count = (name: string) => {
    counts[name] = (counts[name] ?? 0) + 1;
  };
  return {
    counts,
    note(log) {
      for (const { type } of log.events) count(type);
      for (const transfer of tellTransfers(log)) {
        for (const [name, is] of Object.entries(OUTCOMES)) if (is(transfer)) count(name);
      }
    },
    missing: () => Object.keys(counts).filter((name) => counts[name] === 0),
  };
}
