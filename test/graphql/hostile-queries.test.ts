/** Queries that ask for too much, or fail half-way, cost nobody else the broker. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GraphQLAnswer, openResource, publish, type Scene } from '../support/api.ts';
import { startTestBroker, type TestBroker } from '../support/broker.ts';
import { ConfirmDownload, EventLogEnd } from '../support/operations.ts';

let broker: TestBroker;
let scene: Scene;
beforeAll(async () => {
  broker = await startTestBroker();
  scene = await openResource(broker);
});
afterAll(() => broker[Symbol.asyncDispose]());

async function ask(query: string): Promise<GraphQLAnswer<unknown>> {
  const response = await fetch(`${broker.url}/graphql`, {
    method: 'POST',
    headers: { ...scene.sender.authorization, 'Content-Type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return (await response.json()) as GraphQLAnswer<unknown>;
}

describe('the broker goes on', () => {
  it('after many answers that one field ended while others were still being read', async () => {
    const { id } = await publish(scene);
    const slow =
      'transfer { sender { name } resource { serviceOwner { resources { edges { node { accessList { totalCount } serviceOwner { party { name } } } } } } } }';
    const query = `{ transfer(id: "${id}") { recipients(statuses: []) { id } events(first: 5) { edges { node { ${slow} } } } } }`;
    for (let round = 0; round < 20; round += 1) {
      const { errors } = await ask(query);
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID_INPUT' });
    }
    expect(await scene.sender.run(EventLogEnd, {})).toHaveProperty('eventLogEnd');
  });

  it('where the lists of an answer multiply beyond all bounds, and says why it stopped', async () => {
    const { id } = await publish(scene);
    const nested = (levels: number): string =>
      levels === 0 ? 'id' : `id events { edges { node { transfer { ${nested(levels - 1)} } } } }`;
    const { errors } = await ask(`{ transfer(id: "${id}") { ${nested(12)} } }`);
    expect(errors?.[0]).toMatchObject({
      message: expect.stringContaining('entries'),
      extensions: { code: 'BAD_USER_INPUT' },
    });
    expect(await scene.sender.run(EventLogEnd, {})).toHaveProperty('eventLogEnd');
  });

  it('with an inbox of recipients and events, however deep it looks', async () => {
    const { id } = await publish(scene);
    await scene.recipient.run(ConfirmDownload, { id }).catch(() => undefined);
    const { errors } = await ask(
      '{ transfers(first: 100) { edges { node { id recipients { party { id name } status } resource { serviceOwner { party { name } } } events(first: 100) { edges { node { type actor { party { id } } transfer { id } } } } } } } }',
    );
    expect(errors).toBeUndefined();
  });
});
