/**
 * What parties ask of the broker, as plain values: so that a sequence of them can be made at random, made shorter and
 * printed. Who and what is meant is said by names and places; `step.ts` finds what they stand for.
 */
import fc from 'fast-check';

export const NAMES = [
  'owner',
  'second',
  'sender',
  'both',
  'anna',
  'bo',
  'cleo',
  'stranger',
] as const;
/** Any of them may do anything. `second` may come to own resources too, `both` uses a vendor's software. */
export type Name = (typeof NAMES)[number];

/** Who acts on a transfer: one of its own parties, or anybody. */
export type By = 'its sender' | 'its first recipient' | 'its last recipient' | 'its owner' | Name;

export type Scope = 'all' | 'write' | 'read' | 'serviceOwner';
export type Action = 'SEND' | 'RECEIVE';
export const RESOURCES = ['first', 'other'] as const;
export type ResourceName = (typeof RESOURCES)[number];

export interface Settings {
  readonly maxTransferSize?: number;
  readonly transferTimeToLive?: 'PT1H' | 'P2D' | 'P30D' | 'P400D';
  readonly purgeGracePeriod?: 'PT1H' | 'PT25H';
  readonly expiryReminder?: 'PT30M' | 'P10D' | null;
  readonly virusScan?: 'REQUIRED' | 'OPTIONAL' | 'DISABLED';
  readonly computeMd5?: boolean;
  readonly requiredParty?: Name | null;
  readonly openTo?: readonly Action[];
}

/** A digest of `content(ofLength)`. */
export interface Expected {
  readonly algorithm: 'SHA256' | 'MD5';
  readonly ofLength: number;
}

export interface NewTransfer {
  readonly resource: ResourceName;
  /** Left out: who asks. */
  readonly sender?: Name;
  readonly recipients: readonly Name[];
  readonly fileName: 'report.pdf' | '';
  readonly expected: Expected | null;
  readonly skipVirusScan: boolean;
}

interface Asked<Who> {
  readonly by: Who;
  readonly scope: Scope;
}

/** `transfer` counts back from the latest one, and round. */
interface OnTransfer extends Asked<By> {
  readonly transfer: number;
}

export interface Initialize extends Asked<Name> {
  readonly does: 'initialize';
  readonly input: NewTransfer;
  readonly key: 'a' | null;
}

export type Command =
  | ({ readonly does: 'register' } & Asked<Name>)
  | ({
      readonly does: 'configure';
      readonly resource: ResourceName;
      readonly settings: Settings;
    } & Asked<Name>)
  | ({
      readonly does: 'grant' | 'revoke';
      readonly resource: ResourceName;
      readonly parties: readonly Name[];
      readonly actions: readonly Action[];
    } & Asked<Name>)
  | Initialize
  /** The latest `initialize` with a key, as after a lost answer. */
  | { readonly does: 'again' }
  /** Null: the length is told later. */
  | ({ readonly does: 'POST'; readonly length: number | null } & OnTransfer)
  | ({
      readonly does: 'PATCH';
      /** At another offset than the upload's. */
      readonly misplaced: boolean;
      readonly bytes: number | 'the rest';
      /** The whole length, told with it. */
      readonly length: number | null;
    } & OnTransfer)
  /** What fits: as many bytes as were said before. */
  | ({ readonly does: 'PUT'; readonly bytes: number | 'what fits' } & OnTransfer)
  | ({ readonly does: 'HEAD' | 'DELETE' | 'cancel' | 'link' } & OnTransfer)
  | ({
      readonly does: 'download';
      readonly how: 'whole' | 'part' | 'beyond' | 'unchanged' | 'head';
    } & OnTransfer)
  | { readonly does: 'downloadByLink'; readonly link: number }
  | ({
      readonly does: 'confirm';
      readonly sha256: 'none' | 'right' | 'wrong' | 'malformed';
    } & OnTransfer)
  | { readonly does: 'wait'; readonly minutes: number }
  /** The broker does what is due. */
  | { readonly does: 'work' }
  /** Everybody looks at everything. */
  | { readonly does: 'look' };

/** The file of a length: no two lengths have the same digest. */
export function content(length: number): string {
  return 'ferje'.repeat(Math.ceil(length / 5)).slice(0, length);
}

function weighted<T>(...choices: readonly (readonly [number, fc.Arbitrary<T>])[]) {
  return fc.oneof(...choices.map(([weight, arbitrary]) => ({ weight, arbitrary })));
}

const anybody = fc.constantFrom(...NAMES);
const scope = weighted<Scope>(
  [30, fc.constant('all')],
  [1, fc.constantFrom('write', 'read', 'serviceOwner')],
);
const resource = weighted<ResourceName>([9, fc.constant('first')], [2, fc.constant('other')]);
const ownerOrOther = weighted<Name>(
  [8, fc.constant('owner')],
  [3, fc.constant('second')],
  [1, anybody],
);
const actions = fc.constantFrom<readonly Action[]>(['SEND', 'RECEIVE'], ['SEND'], ['RECEIVE'], []);
const parties = fc.array(anybody, { maxLength: 4 });
const transfer = weighted([5, fc.constant(0)], [3, fc.nat(1)], [2, fc.nat(5)]);
const length = weighted([6, fc.constantFrom(3, 5)], [3, fc.nat(9)]);

/** Who is likely to be in the right, and now and then anybody. */
function mostly(...likely: readonly By[]): fc.Arbitrary<By> {
  return weighted<By>(
    [12, fc.constantFrom(...likely)],
    [2, fc.constantFrom('its sender', 'its first recipient', 'its last recipient', 'its owner')],
    [1, anybody],
  );
}

const settings = fc.record<Settings>(
  {
    maxTransferSize: fc.constantFrom(5, 8, 1000, 0),
    transferTimeToLive: fc.constantFrom('P30D', 'P2D', 'PT1H', 'P400D'),
    purgeGracePeriod: fc.constantFrom('PT1H', 'PT25H'),
    expiryReminder: fc.constantFrom('PT30M', 'P10D', null),
    virusScan: fc.constantFrom('OPTIONAL', 'DISABLED', 'REQUIRED'),
    computeMd5: fc.boolean(),
    requiredParty: weighted<Name | null>([2, fc.constant(null)], [1, anybody]),
    openTo: weighted<readonly Action[]>([1, fc.constant(['SEND', 'RECEIVE'])], [1, actions]),
  },
  { requiredKeys: [] },
);

const distinct = (maxLength: number) =>
  fc.uniqueArray(fc.constantFrom<Name>('anna', 'bo', 'cleo', 'both', 'sender', 'owner'), {
    minLength: 1,
    maxLength,
  });

const recipients = weighted<readonly Name[]>(
  [12, weighted<readonly Name[]>([3, distinct(1)], [2, distinct(3)])],
  [1, parties],
);

const expected = weighted<Expected | null>(
  [5, fc.constant(null)],
  [
    2,
    fc.record({
      algorithm: fc.constantFrom<Expected['algorithm']>('SHA256', 'MD5'),
      ofLength: fc.constantFrom(3, 5),
    }),
  ],
);

const newTransfer: fc.Arbitrary<NewTransfer> = fc
  .record({
    resource,
    sender: weighted<Name | undefined>([20, fc.constant(undefined)], [1, anybody]),
    recipients,
    fileName: weighted<NewTransfer['fileName']>(
      [30, fc.constant('report.pdf')],
      [1, fc.constant('')],
    ),
    expected,
    skipVirusScan: weighted([9, fc.constant(false)], [1, fc.constant(true)]),
  })
  .map(({ sender, ...rest }) => (sender === undefined ? rest : { ...rest, sender }));

const does = <const Does extends Command['does']>(...choices: readonly Does[]) =>
  fc.constantFrom(...choices);

const onTransfer = (...likely: readonly By[]) => ({ by: mostly(...likely), scope, transfer });

const initialize = fc.record({
  does: does('initialize'),
  by: weighted<Name>(
    [9, fc.constantFrom('sender', 'both')],
    [2, fc.constantFrom('owner', 'second')],
    [1, anybody],
  ),
  scope,
  input: newTransfer,
  key: fc.constantFrom('a', null),
});

const command = weighted<Command>(
  [5, initialize],
  [1, fc.constant({ does: 'again' })],
  [
    6,
    fc.record({
      does: does('PUT'),
      ...onTransfer('its sender'),
      bytes: weighted<number | 'what fits'>([4, fc.constant('what fits')], [1, length]),
    }),
  ],
  [
    6,
    fc.record({
      does: does('POST'),
      ...onTransfer('its sender'),
      length: weighted<number | null>([4, length], [1, fc.constant(null)]),
    }),
  ],
  [
    9,
    fc.record({
      does: does('PATCH'),
      ...onTransfer('its sender'),
      misplaced: weighted([9, fc.constant(false)], [1, fc.constant(true)]),
      bytes: weighted<number | 'the rest'>(
        [4, fc.constant('the rest')],
        [4, fc.nat(3)],
        [1, length],
      ),
      length: weighted<number | null>([6, fc.constant(null)], [1, length]),
    }),
  ],
  [
    14,
    fc.record({
      does: does('download'),
      ...onTransfer('its first recipient', 'its last recipient'),
      how: weighted<'whole' | 'part' | 'beyond' | 'unchanged' | 'head'>(
        [8, fc.constant('whole')],
        [2, fc.constantFrom('part', 'beyond', 'unchanged', 'head')],
      ),
    }),
  ],
  [
    14,
    fc.record({
      does: does('confirm'),
      ...onTransfer('its first recipient', 'its last recipient'),
      sha256: weighted<'none' | 'right' | 'wrong' | 'malformed'>(
        [8, fc.constantFrom('none', 'right')],
        [2, fc.constantFrom('wrong', 'malformed')],
      ),
    }),
  ],
  [2, fc.record({ does: does('cancel'), ...onTransfer('its sender') })],
  [3, fc.record({ does: does('HEAD', 'HEAD', 'DELETE'), ...onTransfer('its sender') })],
  [
    2,
    fc.record({
      does: does('link'),
      ...onTransfer('its first recipient', 'its last recipient'),
    }),
  ],
  [2, fc.record({ does: does('downloadByLink'), link: fc.nat(2) })],
  [
    5,
    fc.record({
      does: does('wait'),
      minutes: weighted(
        [8, fc.constantFrom(1, 4, 5, 15)],
        [3, fc.constantFrom(59, 60, 23 * 60)],
        [1, fc.constantFrom(24 * 60, 48 * 60, 30 * 24 * 60)],
      ),
    }),
  ],
  [3, fc.record({ does: does('work') })],
  [1, fc.record({ does: does('look') })],
  [
    1,
    fc.record({
      does: does('register'),
      by: weighted<Name>([3, fc.constant('second')], [1, anybody]),
      scope,
    }),
  ],
  [2, fc.record({ does: does('configure'), by: ownerOrOther, scope, resource, settings })],
  [
    3,
    fc.record({
      does: does('grant', 'revoke'),
      by: ownerOrOther,
      scope,
      resource,
      parties,
      actions,
    }),
  ],
);

const commands = fc.array(command, { maxLength: 20, size: 'max' });

/** Up to sixty commands. Nothing happens before a transfer is there, so the first one makes it. */
export const sequence: fc.Arbitrary<readonly Command[]> = fc
  .tuple(initialize, commands, commands, commands)
  .map(([first, ...rest]) => [first, ...rest.flat()]);
