/** Which event a payload of a subscription tells of: what many are told because of it is computed once. */

/** Under this key a payload carries its cause. */
export const CAUSE = Symbol('cause');

/** What a payload comes from. */
export interface PayloadCause {
  /** In the event log. */
  readonly position: number;
  /** Of the event; all who get the payload see it. */
  readonly transferId: string;
}

/** A payload that may say what it comes from. */
export interface CausedPayload {
  readonly [CAUSE]?: PayloadCause | undefined;
}

/** The cause of a payload; undefined where it has none that others share. */
export function causeOf(payload: unknown): PayloadCause | undefined {
  if (typeof payload !== 'object' || payload === null || !(CAUSE in payload)) return undefined;
  return (payload as CausedPayload)[CAUSE];
}
