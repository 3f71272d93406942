export { checkLive, checkReady } from './health.ts';
export { createMetrics, type Metrics } from './metrics.ts';
