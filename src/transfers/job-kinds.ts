/** The work that a transfer leaves to do after a commit. */

/** The bytes of an ended transfer have to go; its subject is the transfer's id. */
export const DELETE_FILE = 'delete-file';
/** A file that was received whole has to be judged; its subject is the transfer's id. */
export const PROCESS_FILE = 'process-file';
/** A transfer that has not ended has to be looked at when its next deadline comes; its subject is the transfer's id. */
export const MEET_DEADLINE = 'meet-deadline';
