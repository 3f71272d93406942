/** The work that transfers leave to do, by kind: what a job runner is handed. */
import type { JobHandler } from '../jobs/index.ts';
import type { Storage } from '../storage/index.ts';
import { deleteFile } from './delete-file.ts';
import { DELETE_FILE, MEET_DEADLINE, PROCESS_FILE } from './job-kinds.ts';
import { meetDeadline } from './meet-deadline.ts';
import { processFile } from './process-file.ts';
import type { TransferContext } from './transfer-context.ts';
import type { UploadEngine } from './upload/upload-engine.ts';

/** As many of a kind as run at once: scans and digests take long and a core each, deadlines come in crowds. */
export const JOBS_AT_ONCE = { [PROCESS_FILE]: 4, [DELETE_FILE]: 8, [MEET_DEADLINE]: 8 };

/** A handler for each kind; the subject of a job is a transfer's id. */
export function createTransferJobs(
  context: TransferContext,
  storage: Storage,
  uploads: UploadEngine,
): Record<keyof typeof JOBS_AT_ONCE, JobHandler> {
  return {
    [DELETE_FILE]: (id) => deleteFile(context, storage, uploads, id),
    [PROCESS_FILE]: (id) => processFile(context, storage, uploads, id),
    [MEET_DEADLINE]: (id) => meetDeadline(context, storage, uploads, id),
  };
}
