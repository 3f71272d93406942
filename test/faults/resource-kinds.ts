/** The resources that the load goes through: between them files expire, are purged after the last confirmation, and stay. */

export interface ResourceKind {
  readonly id: string;
  readonly timeToLiveMs: number;
  /** Null for never. */
  readonly reminderMs: number | null;
  readonly purges: boolean;
  readonly graceMs: number;
  readonly maxSize: number;
  readonly computesMd5: boolean;
  /** How often it is taken, beside the others. */
  readonly weight: number;
}

export interface TimesOptions {
  /** Whether files expire, are purged and reminded of during the run. */
  readonly expires: boolean;
  /** The longest of the short times to live; the end of a run waits for it. */
  readonly longestTimeToLiveMs: number;
}

const DAY_MS = 86_400_000;
const MAX_SIZE = 50_000_000;

export function makeResourceKinds({ expires, longestTimeToLiveMs }: TimesOptions): ResourceKind[] {
  const graceMs = expires ? 1000 : DAY_MS;
  const live = (ms: number) => (expires ? ms : DAY_MS);
  const remind = (ms: number) => (expires ? ms / 2 : null);
  const basis = {
    timeToLiveMs: DAY_MS,
    reminderMs: null,
    purges: false,
    graceMs,
    maxSize: MAX_SIZE,
    computesMd5: false,
  };
  const middleMs = Math.max(3000, longestTimeToLiveMs / 2);
  return [
    { ...basis, id: 'lasting', computesMd5: true, weight: 25 },
    { ...basis, id: 'purging', purges: true, weight: 20 },
    {
      ...basis,
      id: 'long-lived',
      timeToLiveMs: live(longestTimeToLiveMs),
      reminderMs: remind(longestTimeToLiveMs),
      purges: true,
      weight: 20,
    },
    {
      ...basis,
      id: 'short-lived',
      timeToLiveMs: live(middleMs),
      reminderMs: remind(middleMs),
      weight: 15,
    },
    { ...basis, id: 'fleeting', timeToLiveMs: live(3000), computesMd5: true, weight: 12 },
    {
      ...basis,
      id: 'narrow',
      timeToLiveMs: live(middleMs),
      reminderMs: remind(middleMs),
      maxSize: 64 * 1024,
      weight: 8,
    },
  ];
}

/** Settings as `configureResource` takes them. */
export function toSettings(kind: ResourceKind) {
  return {
    id: kind.id,
    openTo: ['SEND', 'RECEIVE'],
    maxTransferSize: kind.maxSize,
    transferTimeToLive: toDuration(kind.timeToLiveMs),
    purgeAfterAllConfirmed: kind.purges,
    purgeGracePeriod: toDuration(kind.graceMs),
    expiryReminder: kind.reminderMs === null ? null : toDuration(kind.reminderMs),
    virusScan: 'OPTIONAL',
    computeMd5: kind.computesMd5,
  };
}

/** Whole seconds, rounded down. */
function toDuration(ms: number): string {
  return `PT${Math.floor(ms / 1000)}S`;
}

/** Whether its transfers end by themselves during a run. */
export function isShortLived({ timeToLiveMs }: ResourceKind): boolean {
  return timeToLiveMs < DAY_MS;
}
