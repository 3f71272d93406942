/** The thread that computes MD5 digests, so that they cost the thread that serves requests nothing but a copy. */
import { createHash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';

/** @type {Map<number, { hash: import('node:crypto').Hash, mark: import('node:crypto').Hash | undefined }>} */
const digests = new Map();

/** @param {number} id */
function digestOf(id) {
  const known = digests.get(id);
  if (known !== undefined) return known;
  const made = { hash: createHash('md5'), mark: undefined };
  digests.set(id, made);
  return made;
}

parentPort?.on('message', ({ id, type, bytes, length }) => {
  const digest = digestOf(id);
  switch (type) {
    case 'update':
      digest.hash.update(bytes.subarray(0, length));
      // The buffer goes back to be filled again.
      parentPort?.postMessage({ id, type: 'updated', bytes }, [bytes.buffer]);
      break;
    case 'mark':
      digest.mark = digest.hash.copy();
      break;
    case 'rollback':
      if (digest.mark !== undefined) digest.hash = digest.mark;
      digest.mark = undefined;
      break;
    case 'finish':
      parentPort?.postMessage({ id, type: 'finished', value: digest.hash.copy().digest('hex') });
      break;
    case 'drop':
      digests.delete(id);
      break;
  }
});
