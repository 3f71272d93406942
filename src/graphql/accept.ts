/** Which of the media types of an answer a client asked for, by its `Accept` header. */

const JSON_TYPE = 'application/json';
const RESPONSE_TYPE = 'application/graphql-response+json';
const EVENT_STREAM = 'text/event-stream';

export type AnswerType = typeof JSON_TYPE | typeof RESPONSE_TYPE | typeof EVENT_STREAM;

/** What each media range chooses. Wildcards mean JSON: streams are for those who name them. */
const CHOICES: ReadonlyMap<string, AnswerType> = new Map([
  [JSON_TYPE, JSON_TYPE],
  ['application/*', JSON_TYPE],
  ['*/*', JSON_TYPE],
  [RESPONSE_TYPE, RESPONSE_TYPE],
  [EVENT_STREAM, EVENT_STREAM],
]);

/** The type that the client likes best, the first of equals; undefined where it accepts none of them. */
export function chooseAnswerType(accept: string | undefined): AnswerType | undefined {
  if (accept === undefined || accept.trim() === '') return JSON_TYPE;
  return parseAccept(accept)
    .toSorted((a, b) => b.quality - a.quality)
    .find(({ quality }) => quality > 0)?.type;
}

/** Whether the client takes streams at all, whatever it likes better. */
export function acceptsEventStream(accept: string | undefined): boolean {
  return parseAccept(accept ?? '').some(
    ({ type, quality }) => type === EVENT_STREAM && quality > 0,
  );
}

interface Preference {
  readonly type: AnswerType;
  readonly quality: number;
}

function parseAccept(accept: string): Preference[] {
  return accept
    .toLowerCase()
    .split(',')
    .flatMap((range) => {
      const [name = '', ...parameters] = range.split(';').map((part) => part.trim());
      const type = CHOICES.get(name);
      if (type === undefined) return [];
      const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1';
      return [{ type, quality: Number(quality) || 0 }];
    });
}
