/**
 * Tells the other brokers on a database that something was committed, and hears it from them, on a connection of its own.
 * A signal carries no data; while the connection is away none comes, and readers find what they missed by their slow poll.
 */
import { Client } from 'pg';

const CHANNEL = 'ferje_commit';
const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 10_000;

export interface CommitSignal {
  /** Called after a commit. Calls that come while one is on its way are told of together. */
  tell(): void;
  close(): Promise<void>;
}

export function createCommitSignal({
  url,
  onForeignCommit,
  onFault,
}: {
  readonly url: string;
  readonly onForeignCommit: () => void;
  readonly onFault: (error: unknown) => void;
}): CommitSignal {
  let client: Client | undefined;
  let isDue = false;
  let isTelling = false;
  let isClosed = false;
  let retry: NodeJS.Timeout | undefined;

  async function connect(pauseMs: number): Promise<void> {
    const next = new Client({
      connectionString: url,
      application_name: 'ferje (signals)',
      keepAlive: true,
    });
    next.on('notification', ({ processId }) => {
      if (processId !== ownProcess(next)) onForeignCommit();
    });
    let isLost = false;
    const lose = (error: unknown) => {
      if (isLost || isClosed) return;
      isLost = true;
      if (client === next) client = undefined;
      next.end().catch(() => undefined);
      onFault(error);
      retry = setTimeout(() => void connect(Math.min(pauseMs * 2, MAX_PAUSE_MS)), pauseMs);
      retry.unref();
    };
    next.on('error', lose);
    next.on('end', () => lose(new Error('The connection for signals has ended.')));
    try {
      await next.connect();
      await next.query(`listen ${CHANNEL}`);
    } catch (error) {
      return lose(error);
    }
    if (isClosed) return next.end();
    client = next;
    // What was told while nobody listened.
    onForeignCommit();
    if (isDue) tell();
  }

  function tell(): void {
    isDue = true;
    if (isTelling || client === undefined) return;
    isTelling = true;
    isDue = false;
    client
      .query(`notify ${CHANNEL}`)
      // Its connection tells of the loss by itself, and the slow poll stands behind.
      .catch(() => undefined)
      .finally(() => {
        isTelling = false;
        if (isDue) tell();
      });
  }

  const connecting = connect(FIRST_PAUSE_MS);
  return {
    tell,
    async close() {
      isClosed = true;
      clearTimeout(retry);
      await connecting;
      await client?.end();
    },
  };
}

/** The driver knows the server's process of a connection, and its types do not. */
function ownProcess(client: Client): unknown {
  return Reflect.get(client, 'processID');
}
