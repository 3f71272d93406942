/** What a job's handler answers where the job is not done. */

/** The broker stops before the job is done: it is begun anew by whoever runs then. */
export const UNFINISHED = Symbol('unfinished');

/** Something that was to be expected keeps the job from being done, such as a scanner that cannot be reached. */
export class Postponed {
  /** One sentence, kept beside the job. */
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

/** Why a job is not done. */
export type JobOutcome = typeof UNFINISHED | Postponed;

/** Puts the job off: it is tried again after the same growing pauses as a failure, and nobody is told of an error. */
export function postpone(reason: string): Postponed {
  return new Postponed(reason);
}

/**
 * Does a job; it may be called again for the same subject after a crash. What it throws means: try again later. A
 * `JobOutcome` says why the job is not done; any other answer means that it is.
 */
export type JobHandler = (subject: string) => Promise<JobOutcome | undefined> | Promise<void>;
