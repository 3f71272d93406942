/** The tus library alone, with its own file store and as its documentation mounts it. Its argument is the folder. */
import { FileStore } from '@tus/file-store';
import { Server } from '@tus/server';
import { serveBare } from './serve-bare.ts';

const [directory = '.'] = process.argv.slice(2);
const tus = new Server({ path: '/files', datastore: new FileStore({ directory }) });

serveBare(async (req, res) => {
  await tus.handle(req, res);
});
