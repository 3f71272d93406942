/** Parsing with a bound on what strangers can make it cost, each document once. */
import { type DocumentNode, parse } from 'graphql';
import type { Plugin } from 'graphql-yoga';

/**
 * Documents are parsed and validated before anybody's token is looked at, and some rules compare fields with each other:
 * this many tokens are validated within a tenth of a second. A schema explorer's own query has some 500.
 */
const MAX_TOKENS = 10_000;

const MAX_CACHED_DOCUMENTS = 500;
/** Longer documents are parsed anew, so that the cache stays small whatever comes. */
const MAX_CACHED_LENGTH = 20_000;

/** Refuses documents of too many tokens. */
export function useDocuments(): Plugin {
  return {
    onParse({ setParseFn }) {
      setParseFn((source: string, options: object) =>
        parse(source, { ...options, maxTokens: MAX_TOKENS }),
      );
    },
  };
}

/** Parsed documents by their text, the least recently used forgotten first. What can't be parsed is not kept. */
export function createDocumentCache() {
  const documents = new Map<string, DocumentNode>();
  return {
    documentCache: {
      get(text: string) {
        const document = documents.get(text);
        if (document !== undefined) {
          documents.delete(text);
          documents.set(text, document);
        }
        return document;
      },
      set(text: string, document: DocumentNode) {
        if (text.length > MAX_CACHED_LENGTH) return;
        documents.set(text, document);
        for (const oldest of documents.keys()) {
          if (documents.size <= MAX_CACHED_DOCUMENTS) break;
          documents.delete(oldest);
        }
      },
    },
    errorCache: { get: () => undefined, set: () => undefined },
    validationCache: true,
  };
}
