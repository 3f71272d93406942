/** The three roots. Their fields are added by the files that are about what they answer. */
import { builder } from './builder.ts';

builder.queryType({
  description:
    'What can be read. Every field needs a token with at least one of the scopes altinn:broker.read, altinn:broker.write and altinn:serviceowner; with the last one alone one sees only what goes through the resources that one owns.',
});

builder.mutationType({
  description:
    'What can be done. Every field answers a union: what it made, or the one error that says why not.',
});

builder.subscriptionType({
  description: 'What can be followed as it happens. The scopes are those of the queries.',
});
