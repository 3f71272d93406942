/**
 * Requests for one upload are let in, in the order in which they came: a HEAD that was sent after a PATCH finds it running
 * and takes over, rather than answering an offset that the bytes of the earlier one then overtake.
 */

export interface Admission {
  /** Settles when every earlier request has been let in or refused. */
  readonly turn: Promise<void>;
  /** Lets the next one in; to be called once this one holds the upload, or has been refused. */
  done(): void;
}

export interface Admissions {
  enter(transferId: string): Admission;
}

export function createAdmissions(): Admissions {
  const last = new Map<string, Promise<void>>();
  return {
    enter(transferId) {
      const turn = last.get(transferId) ?? Promise.resolve();
      let settle = () => {};
      const admitted = new Promise<void>((resolve) => {
        settle = resolve;
      });
      const all = turn.then(() => admitted);
      last.set(transferId, all);
      return {
        turn,
        done() {
          settle();
          if (last.get(transferId) === all) last.delete(transferId);
        },
      };
    },
  };
}
