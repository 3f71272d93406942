/** What a piece of work costs another process, as the kernel tells it (Linux' /proc). */
import { readFile } from 'node:fs/promises';

/** Linux counts CPU time for its users in hundredths of a second on every common machine. */
const TICKS_PER_SECOND = 100;
/** Positions in /proc/PID/stat (proc(5) counts from 1), of time in user mode and in the kernel, all threads together. */
const UTIME = 14;
const STIME = 15;
/** The first position after the process' name, which may contain anything. */
const AFTER_NAME = 3;

export interface Cost {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** Runs work that a process does for us, and answers how long it took and how much CPU time of that process. */
export async function measureCost(pid: number, work: () => Promise<void>): Promise<Cost> {
  const cpuBefore = await readCpuSeconds(pid);
  const startedAt = performance.now();
  await work();
  const seconds = (performance.now() - startedAt) / 1000;
  return { seconds, cpuSeconds: (await readCpuSeconds(pid)) - cpuBefore };
}

async function readCpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[UTIME - AFTER_NAME]) + Number(fields[STIME - AFTER_NAME]);
  return ticks / TICKS_PER_SECOND;
}

/** A process' resident memory. */
export async function readResidentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'latin1');
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? [];
  if (kibibytes === undefined) throw new Error(`Process ${pid} has no VmRSS.`);
  return Number(kibibytes) * 1024;
}

/** The greatest resident memory of a process while work is done, looked at every 100 ms. */
export async function watchResidentPeak(pid: number, work: () => Promise<void>): Promise<number> {
  const SAMPLE_MS = 100;
  let peak = await readResidentBytes(pid);
  const timer = setInterval(async () => {
    peak = Math.max(peak, await readResidentBytes(pid));
  }, SAMPLE_MS);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  return Math.max(peak, await readResidentBytes(pid));
}
