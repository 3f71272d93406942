import { describe, expect, test } from 'vitest';
import { SECRET } from './made-up-schema.ts';
import { read, startTransport } from './transport.ts';

describe('tokens', () => {
  test('a request without a token is refused as a whole', async () => {
    await using server = await startTransport();
    const response = await server.post({ query: '{ who }' }, { authorization: '' });
    const { status, headers, data, codes } = await read(response);
    expect({ status, data, codes }).toEqual({ status: 401, codes: ['UNAUTHENTICATED'] });
    expect(headers.get('www-authenticate')).toBe('Bearer');
  });

  test('a token that has expired is refused', async () => {
    await using server = await startTransport();
    const expired = await server.token({ exp: server.clock.time / 1000 - 31 });
    const answer = await read(
      await server.post({ query: '{ who }' }, { authorization: `Bearer ${expired}` }),
    );
    expect(answer.status).toBe(401);
    expect(answer.codes).toEqual(['UNAUTHENTICATED']);
    expect(answer.errors[0]?.message).toContain('expired');
  });

  test('keys out of reach are a matter of trying again', async () => {
    await using server = await startTransport();
    await server.issuer.close();
    const { status, headers, codes } = await read(await server.post({ query: '{ who }' }));
    expect({ status, codes }).toEqual({ status: 503, codes: ['ISSUER_NOT_AVAILABLE'] });
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  });

  test('a good token says who calls', async () => {
    await using server = await startTransport();
    const { status, data } = await read(await server.post({ query: '{ who }' }));
    expect({ status, data }).toEqual({ status: 200, data: { who: '0192:991825827' } });
  });

  test.each([
    ['{ __typename }'],
    ['{ __schema { queryType { name } } type: __type(name: "Query") { name } }'],
    ['{ ...A } fragment A on Query { ...B } fragment B on Query { ... { __typename } }'],
  ])('introspection needs no token: %s', async (query) => {
    await using server = await startTransport();
    const answer = await read(await server.post({ query }, { authorization: '' }));
    expect(answer).toMatchObject({ status: 200, errors: [] });
  });

  test.each([['{ __typename who }'], ['{ ...A } fragment A on Query { __typename ... { who } }']])(
    'introspection beside anything else needs one: %s',
    async (query) => {
      await using server = await startTransport();
      const answer = await read(await server.post({ query }, { authorization: '' }));
      expect(answer).toMatchObject({ status: 401, codes: ['UNAUTHENTICATED'] });
    },
  );

  test('introspection that holds a processor for long needs one too', async () => {
    await using server = await startTransport();
    const aliases = Array.from({ length: 100 }, (_, i) => `a${i}: __schema { ...All }`);
    const query = `{ ${aliases.join(' ')} } fragment All on __Schema { types { name } }`;
    const stranger = await read(await server.post({ query }, { authorization: '' }));
    expect(stranger.status).toBe(401);
    expect((await read(await server.post({ query }))).status).toBe(200);
  });

  test('what scalars refuse is told before a missing token', async () => {
    await using server = await startTransport();
    const query = 'query ($thing: Thing!) { echo(thing: $thing) }';
    const answer = await read(
      await server.post({ query, variables: { thing: 1 } }, { authorization: '' }),
    );
    expect(answer.codes).toEqual(['BAD_USER_INPUT']);
  });
});

describe('methods and media types', () => {
  test('a query can be sent by GET', async () => {
    await using server = await startTransport();
    const search = new URLSearchParams({
      query: 'query A($thing: Thing) { echo(thing: $thing) } query B { who }',
      operationName: 'A',
      variables: '{"thing":{"name":"x"}}',
    });
    const { authorization } = server;
    const response = await fetch(`${server.url}?${search}`, { headers: { authorization } });
    expect((await read(response)).data).toEqual({ echo: '{"thing":{"name":"x"}}' });
  });

  test('a mutation by GET is refused before it runs', async () => {
    await using server = await startTransport();
    const search = new URLSearchParams({ query: 'mutation { touch }' });
    const { authorization } = server;
    const response = await fetch(`${server.url}?${search}`, { headers: { authorization } });
    expect(response.headers.get('allow')).toBe('POST');
    expect(await read(response)).toMatchObject({ status: 405, codes: ['METHOD_NOT_ALLOWED'] });
  });

  test('other methods are refused', async () => {
    await using server = await startTransport();
    const response = await fetch(server.url, { method: 'PUT', body: '{}' });
    expect(response.headers.get('allow')).toBe('GET, POST');
    expect(await read(response)).toMatchObject({ status: 405, codes: ['METHOD_NOT_ALLOWED'] });
  });

  test('a multipart request is refused and pointed to tus', async () => {
    await using server = await startTransport();
    const body = new FormData();
    body.set('operations', '{"query":"mutation { touch }"}');
    body.set('map', '{"0":["variables.file"]}');
    body.set('0', new Blob(['bytes']), 'file.bin');
    const { authorization } = server;
    const response = await fetch(server.url, { method: 'POST', headers: { authorization }, body });
    const { status, codes, errors } = await read(response);
    expect({ status, codes }).toEqual({ status: 415, codes: ['UNSUPPORTED_MEDIA_TYPE'] });
    expect(errors[0]?.message).toMatch(/\/uploads\/.*tus/);
  });

  test.each(['application/x-www-form-urlencoded', 'text/plain', 'application/graphql'])(
    'a body of %s is refused, since browsers send some such across origins without asking',
    async (type) => {
      await using server = await startTransport();
      const response = await server.post({ query: '{ who }' }, { 'content-type': type });
      expect(await read(response)).toMatchObject({
        status: 415,
        codes: ['UNSUPPORTED_MEDIA_TYPE'],
      });
    },
  );

  test('what cannot be answered in any accepted type is refused before it runs', async () => {
    await using server = await startTransport();
    const response = await server.post({ query: 'mutation { touch }' }, { accept: 'image/png' });
    expect(await read(response)).toMatchObject({ status: 406, codes: ['BAD_USER_INPUT'] });
  });

  test.each([
    ['not JSON', '{"query":', 400],
    ['a batch', '[{"query":"{ who }"}]', 400],
    ['no query', '{"variables":{}}', 400],
    ['a variables parameter that is a list', '{"query":"{ who }","variables":[]}', 400],
    ['too large', JSON.stringify({ query: '{ who }', variables: { x: 'x'.repeat(2 ** 20) } }), 413],
  ])('a body that is %s is refused', async (_, body, status) => {
    await using server = await startTransport();
    const response = await fetch(server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(await read(response)).toMatchObject({ status, codes: ['BAD_USER_INPUT'] });
  });

  test('a body that is not UTF-8 is refused', async () => {
    await using server = await startTransport();
    const response = await fetch(server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: Buffer.from('{"query":"{ wh\xf8 }"}', 'latin1'),
    });
    expect(await read(response)).toMatchObject({ status: 400, codes: ['BAD_USER_INPUT'] });
  });

  test('an answer is not for any cache', async () => {
    await using server = await startTransport();
    const response = await server.post({ query: '{ who }' });
    expect(response.headers.get('cache-control')).toBe('no-store');
  });
});

describe('errors', () => {
  test.each([
    ['syntax', '{ who'],
    ['an unknown field', '{ nobody }'],
    ['a literal of the wrong type', '{ echo(thing: { name: 1 }) }'],
    ['more tokens than anybody needs', `{ ${'who '.repeat(10_000)} }`],
  ])('%s is BAD_USER_INPUT', async (_, query) => {
    await using server = await startTransport();
    const accept = 'application/graphql-response+json';
    const answer = await read(await server.post({ query }, { accept }));
    expect(answer.status).toBe(400);
    expect(new Set(answer.codes)).toEqual(new Set(['BAD_USER_INPUT']));
  });

  test('an operation that the document does not have is BAD_USER_INPUT', async () => {
    await using server = await startTransport();
    const request = { query: 'query A { who }', operationName: 'B' };
    expect(await read(await server.post(request))).toMatchObject({
      status: 400,
      codes: ['BAD_USER_INPUT'],
    });
  });

  test('each variable that is refused is told with path, value and rule', async () => {
    await using server = await startTransport();
    const { errors } = await read(
      await server.post({
        query: 'query ($thing: Thing, $on: Boolean!) { echo(thing: $thing) flag(on: $on) }',
        variables: { thing: { name: 7, sizes: [1, 'two', null] } },
      }),
    );
    expect(errors.map(({ extensions }) => extensions)).toEqual([
      { code: 'BAD_USER_INPUT', path: ['thing', 'name'] },
      { code: 'BAD_USER_INPUT', path: ['thing', 'sizes', 1] },
      { code: 'BAD_USER_INPUT', path: ['thing', 'sizes', 2] },
      { code: 'BAD_USER_INPUT', path: ['on'] },
    ]);
    expect(errors.map(({ message }) => message)).toEqual([
      'thing.name: String cannot represent a non string value: 7',
      'thing.sizes[1]: Int cannot represent non-integer value: "two"',
      'thing.sizes[2]: Expected non-nullable type "Int!" not to be null.',
      'The variable "on" of type Boolean! is missing.',
    ]);
  });

  test('a list of nothing but faults is told up to a hundred', async () => {
    await using server = await startTransport();
    const { errors } = await read(
      await server.post({
        query: 'query ($thing: Thing) { echo(thing: $thing) }',
        variables: { thing: { name: 'x', sizes: Array.from({ length: 1000 }, () => 'x') } },
      }),
    );
    expect(errors).toHaveLength(100);
  });

  test('a null that reaches an argument past its default is the fault of the caller', async () => {
    await using server = await startTransport();
    const { codes } = await read(
      await server.post({
        query: 'query ($on: Boolean) { flag(on: $on) }',
        variables: { on: null },
      }),
    );
    expect(codes).toEqual(['BAD_USER_INPUT']);
  });

  test.each(['secret', 'wrongType'])('the unexpected is masked and logged: %s', async (field) => {
    await using server = await startTransport();
    const response = await server.post({ query: `{ who ${field} }` });
    const text = await response.clone().text();
    const { status, data, errors } = await read(response);
    expect(text).not.toContain(SECRET);
    expect(status).toBe(200);
    expect(data).toEqual({ who: '0192:991825827', [field]: null });
    expect(errors).toMatchObject([{ path: [field], extensions: { code: 'INTERNAL_ERROR' } }]);
    const id = /under the id (\S+)\.$/.exec(errors[0]?.message ?? '')?.[1];
    const entry = server.log.find(({ requestId }) => requestId === id);
    expect(JSON.stringify(entry)).toContain(SECRET);
  });

  test('a full disk is told as such', async () => {
    await using server = await startTransport();
    const response = await server.post({ query: '{ full }' });
    expect(await response.clone().text()).not.toContain(SECRET);
    expect((await read(response)).codes).toEqual(['STORAGE_FULL']);
  });

  test('an error with a code passes as it is', async () => {
    await using server = await startTransport();
    const { errors } = await read(await server.post({ query: '{ refused }' }));
    expect(errors).toMatchObject([
      { message: 'Not with this scope.', extensions: { code: 'INSUFFICIENT_SCOPE' } },
    ]);
  });
});

describe('operations', () => {
  test('each one releases its snapshot, also where it fails', async () => {
    await using server = await startTransport();
    for (let i = 0; i < 30; i += 1) {
      const { data } = await read(await server.post({ query: '{ read }' }));
      expect(data).toMatchObject({ read: expect.any(String) });
      expect((await read(await server.post({ query: '{ readAndFail }' }))).codes).toHaveLength(1);
    }
  });
});

describe('GraphiQL', () => {
  test('a browser gets it, with everything that it runs in the page', async () => {
    await using server = await startTransport({ graphiql: true });
    const response = await fetch(server.url, { headers: { accept: 'text/html,*/*;q=0.8' } });
    expect(response.headers.get('content-type')).toContain('text/html');
    const page = await response.text();
    expect(page).toContain('YogaGraphiQL');
    const [markup = ''] = page.split('function prepareBlob');
    expect(markup).not.toMatch(/(?:src|href)="?https?:/);
  });

  test('nobody gets it where it is off', async () => {
    await using server = await startTransport();
    const response = await fetch(server.url, { headers: { accept: 'text/html,*/*;q=0.8' } });
    expect(await read(response)).toMatchObject({ status: 400, codes: ['BAD_USER_INPUT'] });
  });
});
