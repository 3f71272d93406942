/** The thread that computes hashes, so that they cost the thread that serves requests nothing but a copy. */
import { createHash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';

/** @type {Map<number, { hash: import('node:crypto').Hash, mark: import('node:crypto').Hash | undefined }>} */
const hashes = new Map();

parentPort?.on('message', ({ id, type, algorithm, bytes, length }) => {
  if (type === 'create') {
    hashes.set(id, { hash: createHash(algorithm), mark: undefined });
    return;
  }
  const running = hashes.get(id);
  if (running === undefined) {
    // Dropped while bytes for it were on their way, as when its upload was ended: the others go on.
    if (type === 'update') parentPort?.postMessage({ id, type: 'updated', bytes }, [bytes.buffer]);
    if (type === 'finish') parentPort?.postMessage({ id, type: 'dropped' });
    return;
  }
  switch (type) {
    case 'update':
      running.hash.update(bytes.subarray(0, length));
      // The buffer goes back to be filled again.
      parentPort?.postMessage({ id, type: 'updated', bytes }, [bytes.buffer]);
      break;
    case 'mark':
      running.mark = running.hash.copy();
      break;
    case 'rollback':
      if (running.mark !== undefined) running.hash = running.mark;
      running.mark = undefined;
      break;
    case 'finish':
      parentPort?.postMessage({ id, type: 'finished', value: running.hash.copy().digest('hex') });
      break;
    case 'drop':
      hashes.delete(id);
      break;
  }
});
