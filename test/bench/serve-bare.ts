/** What the bare programs share: a server on a free port that tells its URL, and an end when the benchmark's does. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** A failure ends the program, and with it the benchmark. */
export function serveBare(
  handle: (req: IncomingMessage, res: ServerResponse) => Promise<void>,
): void {
  const server = createServer((req, res) => {
    handle(req, res).catch((error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
      process.exit(1);
    });
  });
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('There is no port.');
    process.stdout.write(`http://127.0.0.1:${address.port}\n`);
  });
  // Whoever started this holds the other end.
  process.stdin.on('end', () => process.exit(0)).resume();
}
