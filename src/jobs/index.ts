export { createJobRunner, type JobRunner, UNFINISHED } from './job-runner.ts';
export { type Job, scheduleJob } from './schedule-job.ts';
