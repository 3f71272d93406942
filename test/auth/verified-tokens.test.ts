import { expect, test } from 'vitest';
import { createVerifiedTokens } from '../../src/auth/verified-tokens.ts';

const START = Date.UTC(2026, 0, 1);
const SKEW_SECONDS = 30;

function open() {
  const clock = { time: START, now: () => clock.time };
  const tokens = createVerifiedTokens(clock, SKEW_SECONDS);
  const remember = (token: string, lifetimeSeconds = 3600) => {
    const claims = { sub: token, exp: START / 1000 + lifetimeSeconds };
    tokens.remember(token, claims);
    return claims;
  };
  return { clock, tokens, remember };
}

test('a token that was verified is known for ten seconds, and then has to be verified again', () => {
  const { clock, tokens, remember } = open();
  expect(tokens.find('a')).toBeUndefined();
  const claims = remember('a');
  expect(tokens.find('a')).toBe(claims);
  expect(tokens.find('b')).toBeUndefined();
  clock.time += 9_999;
  expect(tokens.find('a')).toBe(claims);
  clock.time += 1;
  expect(tokens.find('a')).toBeUndefined();
});

test('a token is never known beyond its end and the skew of clocks', () => {
  const { clock, tokens, remember } = open();
  clock.time += 25_000;
  remember('a', 0);
  clock.time = START + SKEW_SECONDS * 1000 - 1;
  expect(tokens.find('a')).toBeDefined();
  clock.time += 1;
  expect(tokens.find('a')).toBeUndefined();
});

test('a clock that was set back makes nothing known for longer', () => {
  const { clock, tokens, remember } = open();
  remember('a');
  clock.time -= 1;
  expect(tokens.find('a')).toBeUndefined();
});

test('however many tokens come, no more than the latest ten thousand are kept', () => {
  const { tokens, remember } = open();
  for (let number = 0; number <= 10_000; number += 1) remember(`token ${number}`);
  expect(tokens.find('token 0')).toBeUndefined();
  expect(tokens.find('token 1')).toBeDefined();
  expect(tokens.find('token 10000')).toBeDefined();
});
