/** The audit of the GraphQL-over-HTTP specification against the running broker, each demand a test of its own. */
import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PARTIES, startTestBroker, type TestBroker, tokenFor } from '../support/broker.ts';

let broker: TestBroker;
let authorization: string;

beforeAll(async () => {
  broker = await startTestBroker();
  authorization = `Bearer ${await tokenFor(broker, PARTIES.sender)}`;
});
afterAll(() => broker[Symbol.asyncDispose]());

const audits = serverAudits({
  url: () => `${broker.url}/graphql`,
  fetchFn: (url: string, init: RequestInit = {}) =>
    fetch(url, { ...init, headers: { ...init.headers, authorization } }),
});

describe('GraphQL over HTTP', () => {
  test.each(audits.map((audit) => [`${audit.id} ${audit.name}`, audit] as const))(
    '%s',
    async (_, audit) => {
      const result = await audit.fn();
      expect(result.status, 'reason' in result ? result.reason : undefined).toBe('ok');
    },
  );
});
