/** A command with its names and places resolved: the same for the model and for the broker. */
import { createHash } from 'node:crypto';
import { type By, type Command, content, type Name } from './commands.ts';
import type { ModelTransfer, World } from './world.ts';

export interface Step {
  readonly command: Command;
  readonly by: Name;
  /** Undefined: there is none yet. */
  readonly transfer: ModelTransfer | undefined;
  /** Of a PATCH. */
  readonly offset: number;
  /** Of a PATCH or a PUT. */
  readonly bytes: number;
  /** Of a confirmation. */
  readonly sha256: string | null;
  /** Of a download by link; undefined where there is none yet. */
  readonly link: number | undefined;
}

const NOTHING: Command = { does: 'wait', minutes: 0 };

export const sha256Of = (length: number) => digestOf('sha256', length);
export const md5Of = (length: number) => digestOf('md5', length);

function digestOf(algorithm: string, length: number): string {
  return createHash(algorithm).update(content(length)).digest('hex');
}

export function toStep(world: World, asked: Command): Step {
  const command = asked.does === 'again' ? (world.keyed ?? NOTHING) : asked;
  const transfer = 'transfer' in command ? backwards(world.transfers, command.transfer) : undefined;
  const { offset = 0 } = transfer ?? {};
  return {
    command,
    by: 'by' in command ? whoIs(command.by, transfer) : 'stranger',
    transfer,
    offset: command.does === 'PATCH' && command.misplaced ? offset + 1 : offset,
    bytes: countBytes(command, transfer),
    sha256: command.does === 'confirm' ? sayDigest(command.sha256, transfer) : null,
    link:
      command.does === 'downloadByLink' && world.links.length > 0
        ? command.link % world.links.length
        : undefined,
  };
}

function backwards<T>(list: readonly T[], steps: number): T | undefined {
  return list.at(-1 - (steps % Math.max(1, list.length)));
}

function whoIs(by: By, transfer: ModelTransfer | undefined): Name {
  switch (by) {
    case 'its sender':
      return transfer?.sender ?? 'sender';
    case 'its first recipient':
      return transfer?.recipients[0]?.party ?? 'anna';
    case 'its last recipient':
      return transfer?.recipients.at(-1)?.party ?? 'anna';
    case 'its owner':
      return transfer?.owner ?? 'owner';
    default:
      return by;
  }
}

function countBytes(command: Command, transfer: ModelTransfer | undefined): number {
  const whole = transfer?.length ?? transfer?.expected?.ofLength ?? 4;
  if (command.does === 'PUT') return command.bytes === 'what fits' ? whole : command.bytes;
  if (command.does !== 'PATCH') return 0;
  if (command.bytes !== 'the rest') return command.bytes;
  return Math.max(0, (command.length ?? whole) - (transfer?.offset ?? 0));
}

function sayDigest(
  which: 'none' | 'right' | 'wrong' | 'malformed',
  transfer: ModelTransfer | undefined,
): string | null {
  const right = sha256Of(transfer?.size ?? 0);
  switch (which) {
    case 'none':
      return null;
    case 'right':
      return right;
    case 'wrong':
      return right.replace(/./, (digit) => (digit === '0' ? '1' : '0'));
    case 'malformed':
      return right.slice(1);
  }
}
