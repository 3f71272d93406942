import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CHECKOUT } from './support/checkout.ts';
import { faultsOf, faultsOfTree, judgeImport, ROOMS } from './support/floors.ts';

test('every import in src and db keeps to the floors', () => {
  expect(faultsOfTree(CHECKOUT)).toEqual([]);
});

test('every folder of src has a floor', () => {
  const folders = readdirSync(join(CHECKOUT, 'src'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
  expect(folders.filter((folder) => !(folder in ROOMS))).toEqual([]);
});

describe('the judge', () => {
  test.each([
    ['src/graphql/schema.ts', '../transfers/index.ts'],
    ['src/graphql/transfers/cancel.ts', '../../transfers/index.ts'],
    ['src/graphql/transfers/cancel.ts', '../events/event.ts'],
    ['src/uploads/door.ts', '../http/index.ts'],
    ['src/transfers/cancel.ts', '../resources/index.ts'],
    ['src/webhooks/deliver.ts', '../transfers/index.ts'],
    ['src/events/feed.ts', '../database/index.ts'],
    ['src/events/feed.ts', './bell.ts'],
    ['src/events/feed.ts', '../domain/result.ts'],
    ['src/events/feed.ts', 'node:events'],
    ['src/database/migrator.ts', '../../db/index.ts'],
    ['src/main.ts', './broker.ts'],
    ['src/broker.ts', './graphql/index.ts'],
    ['src/cli/demo.ts', '../config.ts'],
    ['db/index.ts', './0001_transfers.ts'],
  ])('lets %s import %s', (from, specifier) => {
    expect(judgeImport(from, specifier)).toBeUndefined();
  });

  test.each([
    ['src/domain/transfer.ts', '../events/index.ts', /downwards/],
    ['src/domain/transfer.ts', 'node:fs', /pure/],
    ['src/events/feed.ts', '../storage/index.ts', /not storage/],
    ['src/events/feed.ts', '../http/index.ts', /not http/],
    ['src/transfers/cancel.ts', '../http/index.ts', /not http/],
    ['src/transfers/cancel.ts', '../webhooks/index.ts', /not webhooks/],
    ['src/resources/grant.ts', '../transfers/index.ts', /not transfers/],
    ['src/statistics/count.ts', '../webhooks/index.ts', /not webhooks/],
    ['src/transfers/cancel.ts', '../graphql/index.ts', /downwards/],
    ['src/uploads/door.ts', '../downloads/index.ts', /not downloads/],
    ['src/graphql/schema.ts', '../config.ts', /downwards/],
    ['src/graphql/schema.ts', '../transfers/cancel.ts', /entered by src\/transfers\/index\.ts/],
    ['src/graphql/transfers/cancel.ts', '../../transfers/cancel.ts', /entered by/],
    ['src/graphql/schema.ts', './index.ts', /never their own index/],
    ['src/broker.ts', './events/feed.ts', /entered by src\/events\/index\.ts/],
    ['src/broker.ts', './cli/token.ts', /not cli/],
    ['src/dashboard/page.ts', '../domain/result.ts', /API alone/],
    ['src/database/migrator.ts', '../../db/0001_transfers.ts', /entered by db\/index\.ts/],
    ['src/events/feed.ts', '../../db/index.ts', /not db/],
    ['src/events/feed.ts', '../../test/support/floors.ts', /no room/],
    ['src/helpers/misc.ts', 'node:fs', /give its folder a floor/],
    ['db/0001_transfers.ts', '../src/domain/result.ts', /migration/],
  ])('refuses %s to import %s', (from, specifier, reason) => {
    expect(judgeImport(from, specifier)).toMatch(reason);
  });

  test('sees types, re-exports, side effects and dynamic imports, and names the line', () => {
    const text = [
      "import type { Feed } from '../graphql/a.ts';",
      "export { b } from '../graphql/b.ts';",
      "import '../graphql/c.ts';",
      "const later = await import('../graphql/d.ts');",
    ].join('\n');
    const faults = faultsOf('src/events/feed.ts', text);
    expect(faults.map((fault) => fault.split(' ')[0])).toEqual([
      'src/events/feed.ts:1',
      'src/events/feed.ts:2',
      'src/events/feed.ts:3',
      'src/events/feed.ts:4',
    ]);
  });

  test('lets the top floor hand the environment over, and only config.ts look into it', () => {
    const handOver = 'readConfig(process.env);';
    const lookInto = 'const port = process.env.PORT;';
    expect(faultsOf('src/main.ts', handOver)).toEqual([]);
    expect(faultsOf('src/config.ts', lookInto)).toEqual([]);
    expect(faultsOf('src/main.ts', lookInto)).toHaveLength(1);
    expect(faultsOf('src/cli/demo.ts', "process.env['PORT']")).toHaveLength(1);
    expect(faultsOf('src/events/feed.ts', handOver)).toHaveLength(1);
  });
});
