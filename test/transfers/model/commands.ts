/**
 * What parties ask of the broker, as plain values: so that a sequence of them can be made at random, made shorter and
 * printed. Who and what is meant is said by names and places; `step.ts` finds what they stand for.
 */

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
  readonly purgeGracePeriod?: 'PT1H' | 'PT2H' | 'PT25H';
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
