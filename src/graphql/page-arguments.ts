/** The arguments of lists that come in pages. */
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from '../domain/page.ts';
import { builder } from './builder.ts';

const SIZE = `1 to ${MAX_PAGE_SIZE}; left out or null means ${DEFAULT_PAGE_SIZE}, and anything else is INVALID_INPUT`;

/** `first` and `after`. */
export const forwardArguments = builder.args((t) => ({
  first: t.int({ description: `How many entries, from the beginning of what is listed: ${SIZE}.` }),
  after: t.string({
    description:
      'Lists only what comes after this cursor. A cursor of another list or order is INVALID_CURSOR.',
  }),
}));

/** `first`, `after`, `last` and `before`. */
export const pageArguments = builder.args((t) => ({
  first: t.int({
    description: `How many entries, from the beginning of what is listed: ${SIZE}. Not together with \`last\`.`,
  }),
  after: t.string({
    description:
      'Lists only what comes after this cursor. One that is no place in this log is INVALID_CURSOR.',
  }),
  last: t.int({
    description: `How many entries, from the end of what is listed: ${SIZE}. Not together with \`first\`.`,
  }),
  before: t.string({
    description:
      'Lists only what comes before this cursor. One that is no place in this log is INVALID_CURSOR.',
  }),
}));
