/** The printed schema is current and contains the contract. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, printSchema } from 'graphql';
import { expect, test } from 'vitest';
import { schema } from '../../src/graphql/index.ts';
import { CHECKOUT } from '../support/checkout.ts';
import { findDifferences, findUndescribed } from './compare-schemas.ts';

const read = (...path: string[]) => readFileSync(join(CHECKOUT, ...path), 'utf8');

const contract = buildSchema(read('schema', 'contract.graphql'));
const printed = read('schema', 'schema.graphql');

const sharedContract = join(CHECKOUT, '..', 'shared', 'contract', 'schema.graphql');
test.skipIf(!existsSync(sharedContract))('our copy of the contract is the contract', () => {
  expect(read('schema', 'contract.graphql')).toBe(readFileSync(sharedContract, 'utf8'));
});

test('schema/schema.graphql is what the code defines (npm run schema writes it)', () => {
  expect(printed).toBe(`${printSchema(schema)}\n`);
});

test('schema/schema.graphql contains the contract', () => {
  expect(findDifferences(contract, buildSchema(printed))).toEqual([]);
});

test('every type, field, argument and enum value has a description', () => {
  expect(findUndescribed(buildSchema(printed))).toEqual([]);
});
