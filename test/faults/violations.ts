/** What should not have been. */

/** As many are told in full; a broken broker breaks every promise at once. */
const MAX_TOLD = 30;

export interface Violations {
  /** `journal` is what led to it. The same one of the same subject is told once. */
  add(subject: string, what: string, journal?: readonly string[]): void;
  readonly count: number;
  /** For a person. */
  list(): string[];
}

export function createViolations(): Violations {
  const told = new Map<string, string>();
  return {
    add(subject, what, journal = []) {
      const key = `${subject}: ${what}`;
      if (!told.has(key)) told.set(key, [key, ...journal.map((line) => `    ${line}`)].join('\n'));
    },
    get count() {
      return told.size;
    },
    list() {
      const all = [...told.values()];
      const rest = all.length - MAX_TOLD;
      return rest > 0 ? [...all.slice(0, MAX_TOLD), `… and ${rest} more.`] : all;
    },
  };
}
