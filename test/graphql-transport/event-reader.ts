/** Reads server-sent events as plain `curl` shows them: ids, names, data, and the comments in between. */

export interface SentEvent {
  readonly id?: string;
  readonly event?: string;
  /** Parsed from JSON; null where there is none. */
  readonly data?: unknown;
  readonly isComment: boolean;
}

/** Every block of a stream, comments included. Who stops reading leaves the stream. */
export async function* readEvents(response: Response): AsyncGenerator<SentEvent> {
  const decoder = new TextDecoder();
  const reader = response.body?.getReader();
  if (reader === undefined) throw new Error('The response has no body.');
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const blocks = (rest + decoder.decode(value, { stream: true })).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) yield parseBlock(block);
    }
  } finally {
    await reader.cancel();
  }
  if (rest !== '') throw new Error(`The stream was cut in the middle of ${rest.slice(0, 100)}`);
}

/** The events of a whole stream, without comments. */
export async function readAll(response: Response): Promise<SentEvent[]> {
  const events: SentEvent[] = [];
  for await (const event of readEvents(response)) if (!event.isComment) events.push(event);
  return events;
}

function parseBlock(block: string): SentEvent {
  if (block.startsWith(':')) return { isComment: true };
  const fields = new Map(
    block.split('\n').map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1).trimStart()];
    }),
  );
  const id = fields.get('id');
  const event = fields.get('event');
  const data = fields.get('data');
  return {
    isComment: false,
    ...(id !== undefined && { id }),
    ...(event !== undefined && { event }),
    ...(data !== undefined && { data: data === '' ? null : JSON.parse(data) }),
  };
}
