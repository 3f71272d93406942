/** Amounts as a person reads them. */

export const MIB = 1024 * 1024;

export function showSize(sizeBytes: number): string {
  return `${(sizeBytes / MIB).toFixed(1)} MiB`;
}

/** To the byte, where the difference to another one matters: `134 217 728 bytes`. */
export function showBytes(bytes: number): string {
  return `${bytes.toLocaleString('en').replaceAll(',', ' ')} bytes`;
}

/** `96.3 MiB in 0.41 s, 235 MiB/s`. */
export function showSpeed(sizeBytes: number, elapsedMs: number): string {
  const seconds = elapsedMs / 1000;
  return `${showSize(sizeBytes)} in ${seconds.toFixed(2)} s, ${(sizeBytes / MIB / seconds).toFixed(0)} MiB/s`;
}

export function showPercent(part: number, whole: number): string {
  return `${Math.floor((part / whole) * 100)} %`;
}
