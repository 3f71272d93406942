/** A TCP proxy between a client and the broker that breaks connections where a test wants it. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface FlakyProxy extends AsyncDisposable {
  /** What clients connect to: the `PUBLIC_URL` of the broker behind it. */
  readonly url: string;
  /** Where the broker listens. */
  target: URL | undefined;
  /** Breaks the connection that carries the next bytes, when this many have gone up; once. */
  cutAfter(bytes: number): void;
  /**
   * The next request whose head begins with this text reaches the broker, and its answer is lost: the connection breaks
   * when the answer comes.
   */
  loseAnswerTo(head: string): void;
  /** How often it broke a connection. */
  readonly cuts: number;
}

export async function startFlakyProxy(): Promise<FlakyProxy> {
  const sockets = new Set<Socket>();
  let upLeft = Number.POSITIVE_INFINITY;
  let losing: string | undefined;
  let cuts = 0;

  const server = createServer((client) => {
    const upstream = connect(Number(proxy.target?.port), proxy.target?.hostname);
    let isLosing = false;
    const cut = (): void => {
      cuts += 1;
      client.resetAndDestroy();
      // Closed rather than reset: a reset would take what the broker's kernel holds with it.
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.on('error', () => undefined);
    }
    client.on('data', (chunk) => {
      if (losing !== undefined && chunk.toString('latin1').startsWith(losing)) {
        losing = undefined;
        isLosing = true;
      }
      const passed = chunk.subarray(0, upLeft);
      upLeft -= passed.length;
      if (upLeft > 0) {
        if (!upstream.write(passed)) {
          client.pause();
          upstream.once('drain', () => client.resume());
        }
        return;
      }
      upLeft = Number.POSITIVE_INFINITY;
      // What has passed arrives before the connection breaks.
      upstream.write(passed, cut);
    });
    upstream.on('data', (chunk) => {
      if (isLosing) cut();
      else client.write(chunk);
    });
    client.on('end', () => upstream.end());
    upstream.on('end', () => client.end());
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy: FlakyProxy = {
    target: undefined,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cutAfter(bytes) {
      upLeft = bytes;
    },
    loseAnswerTo(head) {
      losing = head;
    },
    get cuts() {
      return cuts;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return proxy;
}
