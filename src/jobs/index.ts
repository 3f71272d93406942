export {
  type JobHandler,
  type JobOutcome,
  type Postponed,
  postpone,
  UNFINISHED,
} from './job-outcome.ts';
export { createJobRunner, type JobRunner, type JobRunnerOptions } from './job-runner.ts';
export { createLeadership, type Leadership } from './leadership.ts';
export { hurryJobs } from './retry.ts';
export { type Job, type JobKey, scheduleJob, unscheduleJob } from './schedule-job.ts';
export { findStuckJobs, type StuckJobs } from './stuck-jobs.ts';
