/**
 * A request that offers to go on in another protocol, such as HTTP/2, may just as well be answered in this one (RFC 9110,
 * section 7.8). Node hands over such a connection unread as soon as anybody listens for upgrades, so it is given back.
 */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

/** Whether a request offers the protocol. */
export function offersUpgrade({ headers }: IncomingMessage, protocol: string): boolean {
  return splitList(headers.upgrade ?? '').some((offer) => offer.toLowerCase() === protocol);
}

/** Gives the connection back to the server, which reads the request once more, without the offer. */
export function declineUpgrade(
  server: Server,
  req: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  const lines = [`${req.method} ${req.url} HTTP/${req.httpVersion}`];
  for (let index = 0; index < req.rawHeaders.length; index += 2) {
    const [name = '', value = ''] = req.rawHeaders.slice(index, index + 2);
    const kept = withoutOffer(name.toLowerCase(), value);
    if (kept !== undefined) lines.push(`${name}: ${kept}`);
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
  server.emit('connection', socket);
}

/** The value of a header that stays; undefined where it goes. */
function withoutOffer(name: string, value: string): string | undefined {
  if (name === 'upgrade' || name === 'http2-settings') return undefined;
  if (name !== 'connection') return value;
  const options = splitList(value).filter((option) => !/^(upgrade|http2-settings)$/i.test(option));
  return options.length === 0 ? undefined : options.join(', ');
}

function splitList(text: string): string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}
