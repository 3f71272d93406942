/** Reads what `strace -f -y -o FILE` has written: system calls in the order in which they began and ended. */
import { spawnSync } from 'node:child_process';

/** Writes and flushes, whichever of their forms a program or a library takes. */
export const TRACED = [
  'write',
  'writev',
  'pwrite64',
  'pwritev',
  'pwritev2',
  'sendto',
  'sendmsg',
  'fsync',
  'fdatasync',
] as const;

export interface SystemCall {
  readonly name: string;
  /** What the first argument, a file descriptor, stands for: a path, or such as `socket:[4711]`. */
  readonly target: string;
  /** The other arguments as strace shows them. */
  readonly text: string;
  /** Negative for a failure. */
  readonly result: number;
  /** Places in the one order of all beginnings and ends. A call that ended before another one began has the lower number. */
  readonly began: number;
  readonly ended: number;
}

/** The command that traces another one. It needs strace, and the right to trace. */
export function traceCommand(file: string): string[] {
  return ['strace', '-f', '-y', '-s', '400', '-e', `trace=${TRACED.join(',')}`, '-o', file];
}

/** Why nothing can be traced here; undefined where it can. */
export function whyNoTrace(): string | undefined {
  const { error, status, stderr } = spawnSync('strace', ['-o', '/dev/null', 'true']);
  if (error !== undefined) return 'strace is not on the PATH';
  return status === 0 ? undefined : `strace does not work here: ${String(stderr).trim()}`;
}

export function parseTrace(text: string): SystemCall[] {
  const calls: SystemCall[] = [];
  /** By thread: what has begun and not ended yet. */
  const unfinished = new Map<string, { readonly began: number; readonly text: string }>();
  for (const [index, line] of text.split('\n').entries()) {
    const [, thread = '', shown = ''] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    const [, beginning] = /^(.*?)\s*<unfinished \.\.\.>$/.exec(shown) ?? [];
    if (beginning !== undefined) {
      unfinished.set(thread, { began: index, text: beginning });
      continue;
    }
    const [, rest] = /^<\.\.\. \w+ resumed>(.*)$/.exec(shown) ?? [];
    const open = rest === undefined ? undefined : unfinished.get(thread);
    if (open !== undefined) unfinished.delete(thread);
    const whole = open === undefined ? shown : `${open.text}${rest}`;
    const [, name, target, args, result] =
      /^(\w+)\(\d+<([^>]*)>(.*)\)\s+= (-?\d+)/.exec(whole) ?? [];
    if (name === undefined || target === undefined) continue;
    calls.push({
      name,
      target,
      text: args ?? '',
      result: Number(result),
      began: open?.began ?? index,
      ended: index,
    });
  }
  return calls;
}

export function isFlush({ name, result }: SystemCall): boolean {
  return (name === 'fsync' || name === 'fdatasync') && result === 0;
}

export function isWrite(call: SystemCall): boolean {
  return call.name !== 'fsync' && call.name !== 'fdatasync' && call.result > 0;
}
