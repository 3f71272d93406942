/** The status machine against the contract of states: every status × every command, and every recipient's. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../src/domain/error-code.ts';
import type { PartyId } from '../../src/domain/party-id.ts';
import {
  type CommandType,
  type Decision,
  DOWNLOAD_EVENT_INTERVAL_MS,
  decide,
  type RecipientState,
  type TransferCommand,
  type TransferState,
} from '../../src/domain/transfer.ts';
import {
  EVENT_TYPES,
  type EventType,
  eventText,
  type FailureCode,
  hasEnded,
  isAvailable,
  RECIPIENT_STATUSES,
  type RecipientStatus,
  TRANSFER_STATUSES,
  type TransferStatus,
  transferStatusText,
} from '../../src/domain/transfer-status.ts';

const SENDER = '0192:111111111' as PartyId;
const RECIPIENT = '0192:222222222' as PartyId;
const OTHER = '0192:333333333' as PartyId;
const SHA256 = 'a'.repeat(64);
const NOW = 1_000_000;

function stateIn(status: TransferStatus, more: Partial<TransferState> = {}): TransferState {
  return {
    id: '01890000-0000-7000-8000-000000000001',
    status,
    sender: SENDER,
    availableUntil: NOW + 1000,
    isBeingPurged: false,
    isReminded: false,
    hasBytes: status !== 'INITIALIZED',
    fileDeleted: status === 'PURGED',
    purgeAfterAllConfirmed: true,
    unconfirmed: status === 'ALL_CONFIRMED_DOWNLOADED' ? 0 : 2,
    sha256: SHA256,
    ...more,
  };
}

function recipientIn(
  status: RecipientStatus,
  lastDownloadEventAt: number | null = null,
): RecipientState {
  return { party: RECIPIENT, status, lastDownloadEventAt };
}

const COMMANDS: { readonly [T in CommandType]: Extract<TransferCommand, { type: T }> } = {
  startUpload: { type: 'startUpload' },
  continueUpload: { type: 'continueUpload' },
  receiveLastByte: { type: 'receiveLastByte' },
  publish: { type: 'publish' },
  failUpload: { type: 'failUpload', failure: 'DIGEST_MISMATCH' },
  cancel: { type: 'cancel' },
  remind: {
    type: 'remind',
    unconfirmed: [
      { party: RECIPIENT, status: 'DOWNLOAD_STARTED' },
      { party: OTHER, status: 'INITIALIZED' },
    ],
  },
  loseFile: { type: 'loseFile', leavesBytes: true },
  expire: {
    type: 'expire',
    unconfirmed: [
      { party: RECIPIENT, status: 'DOWNLOAD_STARTED' },
      { party: OTHER, status: 'INITIALIZED' },
    ],
  },
  purge: { type: 'purge' },
  deleteFile: { type: 'deleteFile' },
  requestDownload: { type: 'requestDownload', at: NOW },
  startDownload: { type: 'startDownload', recipient: recipientIn('INITIALIZED'), at: NOW },
  confirmDownload: {
    type: 'confirmDownload',
    recipient: recipientIn('DOWNLOAD_STARTED'),
    sha256: null,
  },
};

/** The command as it comes in a status: where all have confirmed, nobody is left that has not. */
function commandIn(status: TransferStatus, type: CommandType): TransferCommand {
  const command: TransferCommand = COMMANDS[type];
  if (status !== 'ALL_CONFIRMED_DOWNLOADED') return command;
  if ('unconfirmed' in command) return { ...command, unconfirmed: [] };
  return 'recipient' in command
    ? { ...command, recipient: recipientIn('DOWNLOAD_CONFIRMED') }
    : command;
}

/** A refusal; or the events, and after the arrow what the transfer becomes. */
type Outcome =
  | { readonly refused: ErrorCode; readonly gone?: true }
  | {
      readonly events?: readonly EventType[];
      readonly becomes?: TransferStatus;
      readonly recipient?: RecipientStatus;
      readonly deletesFile?: true;
    };

const nothing: Outcome = {};
const refused = (code: ErrorCode): Outcome => ({ refused: code });
const ended = refused('UPLOAD_ENDED');
const uploaded = refused('TRANSFER_ALREADY_UPLOADED');
const notYet: Outcome = { refused: 'FILE_NOT_AVAILABLE' };
const gone: Outcome = { refused: 'FILE_NOT_AVAILABLE', gone: true };
const cancelled: Outcome = {
  becomes: 'CANCELLED',
  events: ['FILE_TRANSFER_CANCELLED'],
  deletesFile: true,
};
const failed: Outcome = { becomes: 'FAILED', events: ['UPLOAD_FAILED'], deletesFile: true };
const never: EventType = 'FILE_NEVER_CONFIRMED_DOWNLOADED';

const TABLE: Readonly<Record<TransferStatus, Readonly<Record<CommandType, Outcome>>>> = {
  INITIALIZED: {
    startUpload: { becomes: 'UPLOAD_STARTED', events: ['UPLOAD_STARTED'] },
    continueUpload: refused('TRANSFER_NOT_FOUND'),
    receiveLastByte: refused('TRANSFER_NOT_FOUND'),
    publish: nothing,
    failUpload: nothing,
    cancel: { becomes: 'CANCELLED', events: ['FILE_TRANSFER_CANCELLED'] },
    remind: nothing,
    loseFile: nothing,
    expire: { becomes: 'PURGED', events: [] },
    purge: nothing,
    deleteFile: nothing,
    requestDownload: notYet,
    startDownload: notYet,
    confirmDownload: refused('NO_FILE_UPLOADED'),
  },
  UPLOAD_STARTED: {
    startUpload: nothing,
    continueUpload: nothing,
    receiveLastByte: { becomes: 'UPLOAD_PROCESSING', events: ['UPLOAD_PROCESSING'] },
    publish: nothing,
    failUpload: failed,
    cancel: cancelled,
    remind: nothing,
    loseFile: failed,
    expire: { becomes: 'PURGED', events: ['FILE_DELETED'] },
    purge: nothing,
    deleteFile: nothing,
    requestDownload: notYet,
    startDownload: notYet,
    confirmDownload: refused('NO_FILE_UPLOADED'),
  },
  UPLOAD_PROCESSING: {
    startUpload: uploaded,
    continueUpload: uploaded,
    receiveLastByte: nothing,
    publish: { becomes: 'PUBLISHED', events: ['PUBLISHED'] },
    failUpload: failed,
    cancel: cancelled,
    remind: nothing,
    loseFile: failed,
    expire: { becomes: 'PURGED', events: ['FILE_DELETED'] },
    purge: nothing,
    deleteFile: nothing,
    requestDownload: notYet,
    startDownload: notYet,
    confirmDownload: refused('TRANSFER_NOT_PUBLISHED'),
  },
  PUBLISHED: {
    startUpload: uploaded,
    continueUpload: uploaded,
    receiveLastByte: uploaded,
    publish: nothing,
    failUpload: nothing,
    cancel: cancelled,
    remind: { events: ['FILE_EXPIRING', 'FILE_EXPIRING'] },
    loseFile: failed,
    expire: { becomes: 'PURGED', events: ['FILE_DELETED', never, never] },
    purge: nothing,
    deleteFile: nothing,
    requestDownload: nothing,
    startDownload: { events: ['DOWNLOAD_STARTED'], recipient: 'DOWNLOAD_STARTED' },
    confirmDownload: { events: ['DOWNLOAD_CONFIRMED'], recipient: 'DOWNLOAD_CONFIRMED' },
  },
  ALL_CONFIRMED_DOWNLOADED: {
    startUpload: uploaded,
    continueUpload: uploaded,
    receiveLastByte: uploaded,
    publish: nothing,
    failUpload: nothing,
    cancel: cancelled,
    remind: nothing,
    loseFile: failed,
    expire: { becomes: 'PURGED', events: ['FILE_DELETED'] },
    purge: { becomes: 'PURGED', events: ['FILE_DELETED'] },
    deleteFile: nothing,
    requestDownload: nothing,
    startDownload: { events: ['DOWNLOAD_STARTED'] },
    confirmDownload: nothing,
  },
  CANCELLED: {
    startUpload: ended,
    continueUpload: ended,
    receiveLastByte: ended,
    publish: nothing,
    failUpload: nothing,
    cancel: nothing,
    remind: nothing,
    loseFile: nothing,
    expire: nothing,
    purge: nothing,
    deleteFile: { events: ['FILE_DELETED'] },
    requestDownload: gone,
    startDownload: gone,
    confirmDownload: refused('TRANSFER_ENDED'),
  },
  PURGED: {
    startUpload: ended,
    continueUpload: ended,
    receiveLastByte: ended,
    publish: nothing,
    failUpload: nothing,
    cancel: refused('TRANSFER_ENDED'),
    remind: nothing,
    loseFile: nothing,
    expire: nothing,
    purge: nothing,
    deleteFile: nothing,
    requestDownload: gone,
    startDownload: gone,
    confirmDownload: refused('TRANSFER_ENDED'),
  },
  FAILED: {
    startUpload: ended,
    continueUpload: ended,
    receiveLastByte: ended,
    publish: nothing,
    failUpload: nothing,
    cancel: refused('TRANSFER_ENDED'),
    remind: nothing,
    loseFile: nothing,
    expire: nothing,
    purge: nothing,
    deleteFile: { events: ['FILE_DELETED'] },
    requestDownload: gone,
    startDownload: gone,
    confirmDownload: refused('TRANSFER_ENDED'),
  },
};

const commandTypes = Object.keys(COMMANDS) as CommandType[];
const pairs = TRANSFER_STATUSES.flatMap((status) =>
  commandTypes.map((command) => ({ status, command, outcome: TABLE[status]?.[command] })),
);

function outcomeOf(state: TransferState, command: TransferCommand): Outcome {
  const decided = decide(state, command);
  if (!decided.ok) {
    return { refused: decided.error.code, ...(decided.error.gone === true ? { gone: true } : {}) };
  }
  const { events, status, recipientStatus, deletesFile } = decided.value;
  const isNothing = events.length === 0 && status === undefined && recipientStatus === undefined;
  if (isNothing) return nothing;
  return {
    events: events.map(({ type }) => type),
    ...(status === undefined ? {} : { becomes: status }),
    ...(recipientStatus === undefined ? {} : { recipient: recipientStatus }),
    ...(deletesFile === true ? { deletesFile } : {}),
  };
}

function say(outcome: Outcome): string {
  if ('refused' in outcome) return `refused with ${outcome.refused}`;
  const { events = [], becomes } = outcome;
  if (events.length === 0 && becomes === undefined) return 'nothing happens';
  return `${events.join(', ') || 'no event'}${becomes === undefined ? '' : ` → ${becomes}`}`;
}

describe('a transfer', () => {
  it('has a rule for every status and every command', () => {
    expect(Object.keys(TABLE)).toEqual([...TRANSFER_STATUSES]);
    for (const status of TRANSFER_STATUSES) {
      expect(Object.keys(TABLE[status]).sort()).toEqual([...commandTypes].sort());
    }
    expect(pairs).toHaveLength(8 * 14);
  });

  it.each(pairs.map((pair) => ({ ...pair, says: say(pair.outcome) })))(
    '$status, $command: $says',
    ({ status, command, outcome }) => {
      expect(outcomeOf(stateIn(status), commandIn(status, command))).toEqual(outcome);
    },
  );

  it('names its id in every refusal, in one sentence', () => {
    for (const { status, command } of pairs) {
      const state = stateIn(status);
      const decided = decide(state, commandIn(status, command));
      if (decided.ok) continue;
      expect(decided.error.message).toContain(state.id);
      expect(decided.error.message).toMatch(/^[^\n]+\.$/);
    }
  });

  it('keeps why it failed', () => {
    for (const failure of ['UPLOAD_ABANDONED', 'FILE_TOO_LARGE', 'VIRUS_FOUND'] as const) {
      const decided = decide(stateIn('UPLOAD_STARTED'), { type: 'failUpload', failure });
      expect(decided).toMatchObject({ ok: true, value: { status: 'FAILED', failure } });
    }
  });
});

describe('a transfer whose purge has begun', () => {
  it.each<[TransferStatus, CommandType, Outcome]>([
    ['UPLOAD_STARTED', 'continueUpload', ended],
    ['UPLOAD_STARTED', 'receiveLastByte', ended],
    ['UPLOAD_STARTED', 'failUpload', nothing],
    ['UPLOAD_PROCESSING', 'publish', nothing],
    ['UPLOAD_PROCESSING', 'failUpload', nothing],
    ['UPLOAD_PROCESSING', 'loseFile', nothing],
    ['PUBLISHED', 'loseFile', nothing],
    ['PUBLISHED', 'remind', nothing],
    ['PUBLISHED', 'requestDownload', gone],
    ['PUBLISHED', 'startDownload', gone],
    ['PUBLISHED', 'expire', { becomes: 'PURGED', events: ['FILE_DELETED', never, never] }],
    ['PUBLISHED', 'cancel', cancelled],
  ])('%s: %s', (status, command, outcome) => {
    const state = stateIn(status, { isBeingPurged: true });
    expect(outcomeOf(state, commandIn(status, command))).toEqual(outcome);
  });
});

describe('the deletion of a file', () => {
  it.each(['CANCELLED', 'FAILED'] as const)(
    'is told of once after the end as %s, and not where no byte was stored',
    (status) => {
      const events = (more: Partial<TransferState>) => {
        const decided = decide(stateIn(status, more), { type: 'deleteFile' });
        return decided.ok ? decided.value.events.map(({ type }) => type) : decided.error;
      };
      expect(events({ hasBytes: true })).toEqual(['FILE_DELETED']);
      expect(events({ hasBytes: true, fileDeleted: true })).toEqual([]);
      expect(events({ hasBytes: false })).toEqual([]);
    },
  );

  it('is not told of where an upload expires that brought no byte', () => {
    const state = stateIn('UPLOAD_STARTED', { hasBytes: false });
    expect(outcomeOf(state, COMMANDS.expire)).toEqual({ becomes: 'PURGED', events: [] });
  });

  it('comes before the omissions that the same purge tells of', () => {
    const decided = decide(stateIn('PUBLISHED'), COMMANDS.expire);
    expect(decided.ok && decided.value.events.map(({ type }) => type)).toEqual([
      'FILE_DELETED',
      never,
      never,
    ]);
  });

  it('waits for the end of the time to live where the resource does not purge', () => {
    const state = stateIn('ALL_CONFIRMED_DOWNLOADED', { purgeAfterAllConfirmed: false });
    expect(outcomeOf(state, { type: 'purge' })).toEqual(nothing);
    expect(outcomeOf(state, { type: 'expire', unconfirmed: [] })).toEqual({
      becomes: 'PURGED',
      events: ['FILE_DELETED'],
    });
  });
});

describe('a recipient', () => {
  const start = (recipient: RecipientState, at = NOW): TransferCommand => ({
    type: 'startDownload',
    recipient,
    at,
  });
  const confirm = (status: RecipientStatus, sha256: string | null = null): TransferCommand => ({
    type: 'confirmDownload',
    recipient: recipientIn(status),
    sha256,
  });
  const published = stateIn('PUBLISHED');
  const wrong = 'b'.repeat(64);
  const confirmed: Outcome = { events: ['DOWNLOAD_CONFIRMED'], recipient: 'DOWNLOAD_CONFIRMED' };
  const told: Outcome = { events: ['DOWNLOAD_STARTED'] };

  /** What a recipient does, and what comes of it in each of its statuses. */
  const ACTS: Readonly<
    Record<
      string,
      {
        command: (status: RecipientStatus) => TransferCommand;
        outcomes: Readonly<Record<RecipientStatus, Outcome>>;
      }
    >
  > = {
    'asks whether it may download': {
      command: () => ({ type: 'requestDownload', at: NOW }),
      outcomes: { INITIALIZED: nothing, DOWNLOAD_STARTED: nothing, DOWNLOAD_CONFIRMED: nothing },
    },
    'downloads for the first time in 5 minutes': {
      command: (status) => start(recipientIn(status, NOW - DOWNLOAD_EVENT_INTERVAL_MS)),
      outcomes: {
        INITIALIZED: { ...told, recipient: 'DOWNLOAD_STARTED' },
        DOWNLOAD_STARTED: told,
        DOWNLOAD_CONFIRMED: told,
      },
    },
    'downloads again within 5 minutes': {
      command: (status) => start(recipientIn(status, NOW - DOWNLOAD_EVENT_INTERVAL_MS + 1)),
      outcomes: {
        INITIALIZED: { ...told, recipient: 'DOWNLOAD_STARTED' },
        DOWNLOAD_STARTED: nothing,
        DOWNLOAD_CONFIRMED: nothing,
      },
    },
    confirms: {
      command: (status) => confirm(status),
      outcomes: {
        INITIALIZED: refused('DOWNLOAD_NOT_STARTED'),
        DOWNLOAD_STARTED: confirmed,
        DOWNLOAD_CONFIRMED: nothing,
      },
    },
    'confirms with the digest': {
      command: (status) => confirm(status, SHA256),
      outcomes: {
        INITIALIZED: refused('DOWNLOAD_NOT_STARTED'),
        DOWNLOAD_STARTED: confirmed,
        DOWNLOAD_CONFIRMED: nothing,
      },
    },
    'confirms with another digest': {
      command: (status) => confirm(status, wrong),
      outcomes: {
        INITIALIZED: refused('DOWNLOAD_NOT_STARTED'),
        DOWNLOAD_STARTED: refused('DIGEST_MISMATCH'),
        DOWNLOAD_CONFIRMED: nothing,
      },
    },
  };
  const acts = Object.entries(ACTS).flatMap(([act, { command, outcomes }]) =>
    RECIPIENT_STATUSES.map((status) => ({
      act,
      status,
      command: command(status),
      outcome: outcomes[status],
      says: say(outcomes[status]),
    })),
  );

  it.each(acts)('in $status that $act: $says', ({ command, outcome }) => {
    expect(outcomeOf(published, command)).toEqual(outcome);
  });

  it.each(TRANSFER_STATUSES)('that has confirmed may do so again in %s', (status) => {
    expect(outcomeOf(stateIn(status), confirm('DOWNLOAD_CONFIRMED', wrong))).toEqual(nothing);
  });

  it('stays confirmed when it downloads again, whatever the transfer is by then', () => {
    for (const status of ['PUBLISHED', 'ALL_CONFIRMED_DOWNLOADED'] as const) {
      const decided = decide(stateIn(status), start(recipientIn('DOWNLOAD_CONFIRMED')));
      expect(decided).toEqual({
        ok: true,
        value: {
          events: [
            {
              type: 'DOWNLOAD_STARTED',
              transferStatus: status,
              subject: RECIPIENT,
              recipientStatus: 'DOWNLOAD_CONFIRMED',
            },
          ],
        },
      });
    }
  });

  it('that confirms last completes the transfer, and its own confirmation is told first', () => {
    const decided = decide(stateIn('PUBLISHED', { unconfirmed: 1 }), confirm('DOWNLOAD_STARTED'));
    expect(decided).toEqual({
      ok: true,
      value: {
        status: 'ALL_CONFIRMED_DOWNLOADED',
        recipientStatus: 'DOWNLOAD_CONFIRMED',
        events: [
          {
            type: 'DOWNLOAD_CONFIRMED',
            transferStatus: 'PUBLISHED',
            subject: RECIPIENT,
            recipientStatus: 'DOWNLOAD_CONFIRMED',
          },
          {
            type: 'ALL_CONFIRMED_DOWNLOADED',
            transferStatus: 'ALL_CONFIRMED_DOWNLOADED',
            subject: null,
            recipientStatus: null,
          },
        ],
      },
    });
  });

  it('learns which digest the file has when it confirms another one', () => {
    const decided = decide(published, confirm('DOWNLOAD_STARTED', wrong));
    if (decided.ok) throw new Error('It was confirmed.');
    expect(decided.error.message).toContain(SHA256);
    expect(decided.error.message).toContain(wrong);
    expect(decided.error.field).toBe('sha256');
    expect(decided.error.problems).toHaveLength(1);
  });

  it('is refused from the moment at which the purge is due, though nothing has purged it yet', () => {
    const at = (ms: number) => outcomeOf(published, { type: 'requestDownload', at: ms });
    expect(at(published.availableUntil - 1)).toEqual(nothing);
    expect(at(published.availableUntil)).toEqual(gone);
    expect(
      outcomeOf(published, start(recipientIn('INITIALIZED'), published.availableUntil)),
    ).toEqual(gone);
  });
});

describe('an event', () => {
  type Subject = 'the sender' | 'the recipient' | 'nobody';
  /** Written by the command that makes a transfer. */
  type Elsewhere = 'FILE_TRANSFER_INITIALIZED';
  const SUBJECTS: Readonly<Record<Exclude<EventType, Elsewhere>, Subject>> = {
    UPLOAD_STARTED: 'the sender',
    UPLOAD_PROCESSING: 'the sender',
    UPLOAD_FAILED: 'the sender',
    FILE_TRANSFER_CANCELLED: 'the sender',
    DOWNLOAD_STARTED: 'the recipient',
    DOWNLOAD_CONFIRMED: 'the recipient',
    FILE_EXPIRING: 'the recipient',
    FILE_NEVER_CONFIRMED_DOWNLOADED: 'the recipient',
    PUBLISHED: 'nobody',
    ALL_CONFIRMED_DOWNLOADED: 'nobody',
    FILE_DELETED: 'nobody',
  };
  const decisions = TRANSFER_STATUSES.flatMap((status) =>
    [1, 2].flatMap((unconfirmed) =>
      commandTypes.flatMap((command) => {
        const state = stateIn(status, { unconfirmed });
        const decided = decide(state, commandIn(status, command));
        return decided.ok ? [{ state, decision: decided.value }] : [];
      }),
    ),
  );

  it.each(Object.entries(SUBJECTS).map(([type, subject]) => ({ type, subject })))(
    '$type tells of $subject',
    ({ type, subject }) => {
      const events = decisions
        .flatMap(({ decision }) => decision.events)
        .filter((event) => event.type === type);
      expect(events.length).toBeGreaterThan(0);
      for (const event of events) {
        if (subject === 'the sender') expect(event.subject).toBe(SENDER);
        else if (subject === 'nobody') expect(event.subject).toBeNull();
        else expect([RECIPIENT, OTHER]).toContain(event.subject);
        expect(event.recipientStatus !== null).toBe(subject === 'the recipient');
      }
    },
  );

  it('of every type comes from some command, but for the one that begins', () => {
    const types = new Set(decisions.flatMap(({ decision }) => decision.events.map((e) => e.type)));
    const elsewhere: Elsewhere[] = ['FILE_TRANSFER_INITIALIZED'];
    expect([...types, ...elsewhere].sort()).toEqual([...EVENT_TYPES].sort());
    expect(Object.keys(SUBJECTS).sort()).toEqual([...types].sort());
  });

  it('carries the status that the transfer has after it', () => {
    for (const { state, decision } of decisions) {
      const statuses = decision.events.map(({ transferStatus }) => transferStatus);
      const becomes = decision.status ?? state.status;
      // A confirmation that completes the transfer is told of before that.
      const before = statuses.slice(0, -1).every((s) => s === becomes || s === state.status);
      expect(before).toBe(true);
      if (statuses.length > 0) expect(statuses.at(-1)).toBe(becomes);
    }
  });

  it('of an omission names each recipient once, with the status that it was left in', () => {
    const decided = decide(stateIn('PUBLISHED'), COMMANDS.expire);
    expect(decided.ok && decided.value.events.slice(1)).toEqual([
      {
        type: never,
        transferStatus: 'PURGED',
        subject: RECIPIENT,
        recipientStatus: 'DOWNLOAD_STARTED',
      },
      { type: never, transferStatus: 'PURGED', subject: OTHER, recipientStatus: 'INITIALIZED' },
    ]);
  });

  it('and every status has a sentence for a person', () => {
    const of = (failure: FailureCode | null, finding: string | null = null) => ({
      failure,
      finding,
    });
    for (const type of EVENT_TYPES) {
      expect(eventText(type, of('VIRUS_FOUND'))).toMatch(/^[A-Z].*\.$/);
    }
    for (const status of TRANSFER_STATUSES) {
      expect(transferStatusText(status, of(null))).toMatch(/^[A-Z].*\.$/);
    }
    const mismatch = of('DIGEST_MISMATCH');
    expect(eventText('UPLOAD_FAILED', mismatch)).toBe(transferStatusText('FAILED', mismatch));
    expect(transferStatusText('FAILED', mismatch)).not.toBe(
      transferStatusText('FAILED', of('FILE_TOO_LARGE')),
    );
  });

  it('of a scan names what was found, or that not all of the file could be looked into', () => {
    const text = (finding: string) =>
      eventText('UPLOAD_FAILED', { failure: 'VIRUS_FOUND', finding });
    expect(text('Win.Test.EICAR_HDB-1')).toBe(
      'The virus scanner found Win.Test.EICAR_HDB-1 in the file.',
    );
    expect(text('Heuristics.Limits.Exceeded.MaxRecursion')).toContain('could not look into');
  });
});

describe('whatever comes in whatever order', () => {
  /** What a store keeps of decisions. */
  interface World {
    state: TransferState;
    recipient: RecipientState;
    log: EventType[];
  }

  function apply(world: World, type: CommandType): void {
    const { state, recipient } = world;
    const command: TransferCommand =
      type === 'startDownload' || type === 'confirmDownload'
        ? ({ ...COMMANDS[type], recipient } as TransferCommand)
        : type === 'expire' || type === 'remind'
          ? { type, unconfirmed: recipient.status === 'DOWNLOAD_CONFIRMED' ? [] : [recipient] }
          : COMMANDS[type];
    const decided = decide(state, command);
    if (decided.ok) save(world, decided.value);
  }

  function save(world: World, { status, recipientStatus, events }: Decision): void {
    const types = events.map(({ type }) => type);
    world.log.push(...types);
    world.recipient = {
      ...world.recipient,
      ...(recipientStatus === undefined ? {} : { status: recipientStatus }),
      ...(types.includes('DOWNLOAD_STARTED') ? { lastDownloadEventAt: NOW } : {}),
    };
    const next = status ?? world.state.status;
    world.state = {
      ...world.state,
      status: next,
      hasBytes: world.state.hasBytes || next === 'UPLOAD_PROCESSING',
      isReminded: world.state.isReminded || types.includes('FILE_EXPIRING'),
      fileDeleted: world.state.fileDeleted || types.includes('FILE_DELETED'),
      unconfirmed: world.recipient.status === 'DOWNLOAD_CONFIRMED' ? 0 : 1,
    };
  }

  const ORDER: readonly TransferStatus[] = [
    'INITIALIZED',
    'UPLOAD_STARTED',
    'UPLOAD_PROCESSING',
    'PUBLISHED',
    'ALL_CONFIRMED_DOWNLOADED',
  ];
  const ONCE: readonly EventType[] = EVENT_TYPES.filter((type) => type !== 'DOWNLOAD_STARTED');

  /** Mostly what moves a transfer on, so that many come far. */
  const someCommand = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.constantFrom<CommandType>(
        'startUpload',
        'receiveLastByte',
        'publish',
        'startDownload',
        'confirmDownload',
      ),
    },
    { weight: 1, arbitrary: fc.constantFrom(...commandTypes) },
  );

  it('an end is an end, no status comes back, and each thing is told once', () => {
    fc.assert(
      fc.property(fc.array(someCommand, { maxLength: 40 }), (commands) => {
        const world: World = {
          state: stateIn('INITIALIZED', { unconfirmed: 1 }),
          recipient: recipientIn('INITIALIZED'),
          log: [],
        };
        for (const type of commands) {
          const before = world.state.status;
          apply(world, type);
          const after = world.state.status;
          if (hasEnded(before)) expect(after).toBe(before);
          if (!hasEnded(after)) {
            expect(ORDER.indexOf(after)).toBeGreaterThanOrEqual(ORDER.indexOf(before));
          }
          if (isAvailable(after)) expect(world.log).toContain('PUBLISHED');
        }
        for (const type of ONCE) {
          expect(world.log.filter((told) => told === type).length).toBeLessThanOrEqual(1);
        }
        const { state, recipient, log } = world;
        expect(log.includes('FILE_DELETED')).toBe(state.fileDeleted);
        if (state.fileDeleted) expect(state.hasBytes).toBe(true);
        expect(log.includes('DOWNLOAD_CONFIRMED')).toBe(recipient.status === 'DOWNLOAD_CONFIRMED');
        if (recipient.status === 'DOWNLOAD_CONFIRMED') {
          expect(log.indexOf('DOWNLOAD_STARTED')).toBeLessThan(log.indexOf('DOWNLOAD_CONFIRMED'));
        }
      }),
      { numRuns: 500 },
    );
  });
});
