export { createJobRunner, type JobRunner } from './job-runner.ts';
export { type Job, scheduleJob } from './schedule-job.ts';
