/**
 * A lean HTTP client over one kept-alive connection, the same for every server: requests are written to the socket as
 * they are, and what comes back goes through one buffer, so that a benchmark measures the server beside it.
 */
import { connect, type Socket } from 'node:net';

const READ_BYTES = 1024 * 1024;
const HEAD_END = '\r\n\r\n';
/** A chunked body without a byte, as some servers answer POST; others than that are not asked for here. */
const NO_CHUNKS = '0\r\n\r\n';

export type Headers = Readonly<Record<string, string | number>>;

export interface Answer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  /** How many bytes the body had; they are counted and let go. */
  readonly bodyBytes: number;
}

export interface Connection extends Disposable {
  /** One request at a time. The body's length is told by this, so `headers` leaves it out. */
  request(method: string, path: string, headers?: Headers, body?: Buffer): Promise<Answer>;
}

/** Opens a connection to where a URL points. */
export async function openConnection(url: string): Promise<Connection> {
  const { hostname, port, host } = new URL(url);
  let reader: AnswerReader | undefined;
  const socket = await new Promise<Socket>((resolve, reject) => {
    const opened = connect({
      host: hostname,
      port: Number(port),
      noDelay: true,
      onread: {
        buffer: Buffer.allocUnsafeSlow(READ_BYTES),
        callback(length, buffer) {
          reader?.take(buffer, length);
          return true;
        },
      },
    });
    opened.once('error', reject);
    opened.once('connect', () => {
      opened.off('error', reject);
      resolve(opened);
    });
  });
  socket.on('error', (error) => reader?.fail(error));
  socket.on('close', () => reader?.fail(new Error(`${host} closed the connection.`)));

  return {
    async request(method, path, headers = {}, body) {
      const fields = { Host: host, 'Content-Length': body?.length ?? 0, ...headers };
      const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
      const answer = new Promise<Answer>((resolve, reject) => {
        reader = createAnswerReader(resolve, reject);
      });
      socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1');
      if (body !== undefined) socket.write(body);
      return answer;
    },
    [Symbol.dispose]() {
      // Not destroyed: a server that is still noting that its last byte has gone would see a client that left early.
      socket.end();
    },
  };
}

/** As `request`, and throws for any other status. */
export async function expectStatus(answer: Promise<Answer>, expected: number): Promise<Answer> {
  const { status, ...rest } = await answer;
  if (status !== expected) throw new Error(`A server answered ${status} instead of ${expected}.`);
  return { status, ...rest };
}

interface AnswerReader {
  /** The first bytes of a buffer that is used again afterwards. */
  take(buffer: Uint8Array, length: number): void;
  fail(error: Error): void;
}

function createAnswerReader(
  resolve: (answer: Answer) => void,
  reject: (error: Error) => void,
): AnswerReader {
  let head = '';
  let status: number | undefined;
  let headers = new Map<string, string>();
  let expectedBytes = 0;
  let bodyBytes = 0;
  return {
    take(buffer, length) {
      if (status !== undefined) {
        bodyBytes += length;
      } else {
        head += Buffer.from(buffer.subarray(0, length)).toString('latin1');
        const end = head.indexOf(HEAD_END);
        if (end < 0) return;
        const [statusLine = '', ...lines] = head.slice(0, end).split('\r\n');
        status = Number(statusLine.split(' ')[1]);
        headers = new Map(lines.map(parseField));
        expectedBytes = headers.has('transfer-encoding')
          ? NO_CHUNKS.length
          : Number(headers.get('content-length') ?? 0);
        bodyBytes = head.length - end - HEAD_END.length;
      }
      if (bodyBytes >= expectedBytes) resolve({ status, headers, bodyBytes });
    },
    fail: reject,
  };
}

function parseField(line: string): [string, string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}
