export { checkLive, checkReady, type HealthChecks } from './health.ts';
