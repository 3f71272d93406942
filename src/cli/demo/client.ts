/** One organisation at the API, with an access token of the development issuer. */
import { type DevelopmentKey, issueDevelopmentToken } from '../../auth/index.ts';
import type { PartyId } from '../../domain/party-id.ts';
import type { TypedDocumentString } from '../graphql/graphql.ts';

/** Far more than the demo takes. */
const TOKEN_LIFETIME_SECONDS = 3600;

export interface Client {
  readonly party: PartyId;
  readonly token: string;
  /** Sends an operation and answers its data; throws what the API refuses. */
  run<T, V>(document: TypedDocumentString<T, V>, variables: V): Promise<T>;
}

export async function createClient(
  url: string,
  key: DevelopmentKey,
  party: PartyId,
  scope: string,
): Promise<Client> {
  const token = await issueDevelopmentToken(key, {
    party,
    vendor: null,
    scope,
    lifetimeSeconds: TOKEN_LIFETIME_SECONDS,
    now: Date.now(),
  });
  return {
    party,
    token,
    async run<T, V>(document: TypedDocumentString<T, V>, variables: V) {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
        body: JSON.stringify({ query: document.toString(), variables }),
      });
      const { data, errors } = (await response.json()) as GraphQLAnswer<T>;
      if (errors?.[0] !== undefined) throw new Error(errors[0].message);
      if (data == null) throw new Error(`GraphQL answered ${response.status} and no data.`);
      return data;
    },
  };
}

interface GraphQLAnswer<T> {
  readonly data?: T | null;
  readonly errors?: readonly { readonly message: string }[];
}

/** A mutation answers a union: the member that it makes is handed on, an error of the broker is thrown. */
export function expectResult<R extends { readonly __typename: string }, N extends R['__typename']>(
  result: R,
  typename: N,
): Extract<R, { readonly __typename: N }> {
  if (result.__typename === typename) return result as Extract<R, { readonly __typename: N }>;
  throw new Error('message' in result ? String(result.message) : result.__typename);
}
