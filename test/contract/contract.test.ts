/**
 * The printed schema is current and contains the contract. What of the contract is not built yet stands in
 * schema/not-yet-built.json, which only ever gets shorter.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, parse, printSchema } from 'graphql';
import { expect, test } from 'vitest';
import { schema } from '../../src/graphql/index.ts';
import { CHECKOUT } from '../support/checkout.ts';
import { findDifferences, findPresent, findUndescribed, withoutParts } from './compare-schemas.ts';

const read = (...path: string[]) => readFileSync(join(CHECKOUT, ...path), 'utf8');

const contract = parse(read('schema', 'contract.graphql'));
const printed = read('schema', 'schema.graphql');
const notYetBuilt = JSON.parse(read('schema', 'not-yet-built.json')) as string[];

const sharedContract = join(CHECKOUT, '..', 'shared', 'contract', 'schema.graphql');
test.skipIf(!existsSync(sharedContract))('our copy of the contract is the contract', () => {
  expect(read('schema', 'contract.graphql')).toBe(readFileSync(sharedContract, 'utf8'));
});

test('schema/schema.graphql is what the code defines (npm run schema writes it)', () => {
  expect(printed).toBe(`${printSchema(schema)}\n`);
});

test('schema/schema.graphql contains what is built of the contract', () => {
  expect(findDifferences(withoutParts(contract, notYetBuilt), buildSchema(printed))).toEqual([]);
});

test('what is listed as not yet built is not there (else take it off the list)', () => {
  expect(findPresent(buildSchema(printed), notYetBuilt)).toEqual([]);
});

test('every type, field, argument and enum value has a description', () => {
  expect(findUndescribed(buildSchema(printed))).toEqual([]);
});
