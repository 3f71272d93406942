/** How long streams live and how slow their readers may be, for both transports. */

export interface StreamLimits {
  readonly pingIntervalMs: number;
  /** How long a new WebSocket may take to say who it is. */
  readonly initWaitMs: number;
  /** A stream of this age ends with its token; a younger one outlives it. */
  readonly tokenGraceMs: number;
  /** How long nothing of what waits to be sent may get away. */
  readonly blockedMs: number;
  /** How much may wait to be sent on one WebSocket before its reader counts as too slow. */
  readonly unsentBytes: number;
  readonly operationsPerSocket: number;
  /** How long a peer has to take the last words before the connection is cut. */
  readonly farewellMs: number;
}

export const STREAM_LIMITS: StreamLimits = {
  // The contract promises one every 12 seconds; proxies close what is silent for 15 or more.
  pingIntervalMs: 10_000,
  initWaitMs: 10_000,
  // Machine tokens live for minutes: with less, a stream would be renewed more than it is read.
  tokenGraceMs: 30 * 60_000,
  blockedMs: 30_000,
  unsentBytes: 4 * 1024 * 1024,
  operationsPerSocket: 100,
  // Fits into the ten seconds that a stop may take.
  farewellMs: 5_000,
};
