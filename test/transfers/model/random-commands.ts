/** Sequences of commands at random: mostly such as come to something, and each kind of mistake now and then. */
import fc from 'fast-check';
import {
  type Action,
  type By,
  type Command,
  type Expected,
  NAMES,
  type Name,
  type NewTransfer,
  type ResourceName,
  type Scope,
  type Settings,
} from './commands.ts';

function weighted<T>(...choices: readonly (readonly [number, fc.Arbitrary<T>])[]) {
  return fc.oneof(...choices.map(([weight, arbitrary]) => ({ weight, arbitrary })));
}

const anybody = fc.constantFrom(...NAMES);
const scope = weighted<Scope>(
  [30, fc.constant('all')],
  [1, fc.constantFrom('write', 'read', 'serviceOwner')],
);
const resource = weighted<ResourceName>([8, fc.constant('first')], [1, fc.constant('other')]);
const ownerOrOther = weighted<Name>(
  [8, fc.constant('owner')],
  [3, fc.constant('second')],
  [1, anybody],
);
const actions = fc.constantFrom<readonly Action[]>(['SEND', 'RECEIVE'], ['SEND'], ['RECEIVE'], []);
const parties = fc.array(anybody, { maxLength: 4 });
const transfer = weighted([9, fc.constant(0)], [3, fc.nat(1)], [1, fc.nat(5)]);
const length = weighted([6, fc.constantFrom(3, 5)], [3, fc.nat(9)]);

/** Who is likely to be in the right, and now and then anybody. */
function mostly(...likely: readonly By[]): fc.Arbitrary<By> {
  return weighted<By>(
    [12, fc.constantFrom(...likely)],
    [2, fc.constantFrom('its sender', 'its first recipient', 'its last recipient', 'its owner')],
    [1, anybody],
  );
}

const settings = fc.record<Settings>(
  {
    maxTransferSize: fc.constantFrom(5, 8, 1000, 0),
    transferTimeToLive: fc.constantFrom('P30D', 'P2D', 'PT1H', 'P400D'),
    purgeGracePeriod: fc.constantFrom('PT1H', 'PT2H', 'PT25H'),
    expiryReminder: fc.constantFrom('PT30M', 'P10D', null),
    virusScan: fc.constantFrom('OPTIONAL', 'DISABLED', 'REQUIRED'),
    computeMd5: fc.boolean(),
    requiredParty: weighted<Name | null>([2, fc.constant(null)], [1, anybody]),
    openTo: weighted<readonly Action[]>([1, fc.constant(['SEND', 'RECEIVE'])], [1, actions]),
  },
  { requiredKeys: [] },
);

const distinct = (maxLength: number) =>
  fc.uniqueArray(fc.constantFrom<Name>('anna', 'bo', 'cleo', 'both', 'sender', 'owner'), {
    minLength: 1,
    maxLength,
  });

const recipients = weighted<readonly Name[]>(
  [12, weighted<readonly Name[]>([3, distinct(1)], [2, distinct(3)])],
  [1, parties],
);

const expected = weighted<Expected | null>(
  [5, fc.constant(null)],
  [
    2,
    fc.record({
      algorithm: fc.constantFrom<Expected['algorithm']>('SHA256', 'MD5'),
      ofLength: fc.constantFrom(3, 5),
    }),
  ],
);

const newTransfer: fc.Arbitrary<NewTransfer> = fc
  .record({
    resource,
    sender: weighted<Name | undefined>([20, fc.constant(undefined)], [1, anybody]),
    recipients,
    fileName: weighted<NewTransfer['fileName']>(
      [30, fc.constant('report.pdf')],
      [1, fc.constant('')],
    ),
    expected,
    skipVirusScan: weighted([9, fc.constant(false)], [1, fc.constant(true)]),
  })
  .map(({ sender, ...rest }) => (sender === undefined ? rest : { ...rest, sender }));

const does = <const Does extends Command['does']>(...choices: readonly Does[]) =>
  fc.constantFrom(...choices);

const onTransfer = (...likely: readonly By[]) => ({ by: mostly(...likely), scope, transfer });

const initialize = fc.record({
  does: does('initialize'),
  by: weighted<Name>(
    [9, fc.constantFrom('sender', 'both')],
    [2, fc.constantFrom('owner', 'second')],
    [1, anybody],
  ),
  scope,
  input: newTransfer,
  key: fc.constantFrom('a', null),
});
const again = fc.constant<Command>({ does: 'again' });

const bySender = onTransfer('its sender');
const byRecipient = onTransfer('its first recipient', 'its last recipient');

const put = fc.record({
  does: does('PUT'),
  ...bySender,
  bytes: weighted<number | 'what fits'>([4, fc.constant('what fits')], [1, length]),
});
const post = fc.record({
  does: does('POST'),
  ...bySender,
  length: weighted<number | null>([4, length], [1, fc.constant(null)]),
});
const patch = fc.record({
  does: does('PATCH'),
  ...bySender,
  misplaced: weighted([12, fc.constant(false)], [1, fc.constant(true)]),
  bytes: weighted<number | 'the rest'>([3, fc.constant('the rest')], [5, fc.nat(3)], [1, length]),
  length: weighted<number | null>([6, fc.constant(null)], [1, length]),
});
const head = fc.record({ does: does('HEAD'), ...bySender });
const withdraw = fc.record({ does: does('cancel', 'DELETE'), ...bySender });
const download = fc.record({
  does: does('download'),
  ...byRecipient,
  how: weighted<'whole' | 'part' | 'beyond' | 'unchanged' | 'head'>(
    [8, fc.constant('whole')],
    [2, fc.constantFrom('part', 'beyond', 'unchanged', 'head')],
  ),
});
const confirm = fc.record({
  does: does('confirm'),
  ...byRecipient,
  sha256: weighted<'none' | 'right' | 'wrong' | 'malformed'>(
    [8, fc.constantFrom('none', 'right')],
    [2, fc.constantFrom('wrong', 'malformed')],
  ),
});
const link = fc.record({ does: does('link'), ...byRecipient });
const useLink = fc.record({ does: does('downloadByLink'), link: fc.nat(2) });

const waitOneOf = (...minutes: readonly number[]) =>
  fc.record({ does: does('wait'), minutes: fc.constantFrom(...minutes) });
const waitMinutes = waitOneOf(1, 4, 5, 15);
const waitHours = waitOneOf(59, 60, 23 * 60);
const waitDays = waitOneOf(24 * 60, 48 * 60, 30 * 24 * 60);
const work = fc.record({ does: does('work') });
const look = fc.record({ does: does('look') });

const register = fc.record({
  does: does('register'),
  by: weighted<Name>([3, fc.constant('second')], [1, anybody]),
  scope,
});
const configure = fc.record({
  does: does('configure'),
  by: ownerOrOther,
  scope,
  resource,
  settings,
});
const changeAccess = fc.record({
  does: does('grant', 'revoke'),
  by: ownerOrOther,
  scope,
  resource,
  parties,
  actions,
});

/** Commands that make sense one after the other; any of them may be left out. */
function story(...steps: readonly fc.Arbitrary<Command>[]): fc.Arbitrary<readonly Command[]> {
  return fc
    .tuple(...steps.map((step) => fc.option(step, { freq: 12 })))
    .map((told) => told.filter((step) => step !== null));
}

const configureAs = (
  by: Name,
  name: ResourceName,
  change: fc.Arbitrary<Settings>,
): fc.Arbitrary<Command> =>
  fc.record({
    does: does('configure'),
    by: fc.constant(by),
    scope,
    resource: fc.constant(name),
    settings: change,
  });
/** What the owner does while things are on their way. */
const restrict = configureAs(
  'owner',
  'first',
  fc.record({ openTo: actions, maxTransferSize: fc.constantFrom(5, 1000) }, { requiredKeys: [] }),
);
const open = fc.constant<Settings>({ openTo: ['SEND', 'RECEIVE'] });
const allow = configureAs('owner', 'first', open);
const accessOf = (change: 'grant' | 'revoke') =>
  fc.record({
    does: does(change),
    by: fc.constant<Name>('owner'),
    scope,
    resource: fc.constant<ResourceName>('first'),
    parties: fc.array(fc.constantFrom<Name>('sender', 'anna', 'bo'), {
      minLength: 1,
      maxLength: 3,
    }),
    actions,
  });
const refusable = weighted<Command>([1, put], [1, patch], [2, download], [2, confirm], [1, again]);

const single = weighted<Command>(
  [3, initialize],
  [1, again],
  [2, put],
  [2, post],
  [3, patch],
  [2, head],
  [2, withdraw],
  [6, download],
  [6, confirm],
  [1, link],
  [1, useLink],
  [3, waitMinutes],
  [1, waitHours],
  [1, waitDays],
  [3, work],
  [1, look],
  [2, register],
  [2, configure],
  [3, changeAccess],
);

const some = weighted<readonly Command[]>(
  [20, story(single)],
  [3, story(initialize, put, download, confirm)],
  [2, story(download, confirm, waitMinutes, download)],
  [2, story(post, patch, patch, patch)],
  [1, story(post, patch, waitHours, patch, waitHours, patch)],
  [1, story(post, patch, withdraw, work)],
  [1, story(initialize, waitOneOf(60, 24 * 60 - 1, 24 * 60), again)],
  [2, story(restrict, refusable, refusable, allow)],
  [1, story(restrict, initialize, post, patch, allow)],
  [1, story(configureAs('second', 'other', open), changeAccess)],
  [1, story(accessOf('grant'), accessOf('grant'), accessOf('revoke'), refusable)],
  [1, story(put, download, confirm, weighted<Command>([1, restrict], [1, withdraw]), confirm)],
  [1, story(put, download, waitDays, download)],
  [1, story(link, waitMinutes, useLink)],
  [2, story(put, download, confirm, waitOneOf(59, 60, 120), work, download)],
  [1, story(post, patch, waitOneOf(24 * 60 - 1, 24 * 60), work, patch, work)],
  [2, story(put, download, waitOneOf(27 * 24 * 60, 30 * 24 * 60), work, confirm, waitDays, work)],
  [1, story(waitOneOf(29 * 24 * 60), put, work, waitDays, work, download)],
);

const someTime = fc.array(some, { maxLength: 14, size: 'max' });

/** Nothing happens before a transfer is there, so the first command makes one. */
export const sequence: fc.Arbitrary<readonly Command[]> = fc
  .tuple(initialize, someTime, someTime)
  .map(([first, ...rest]) => [first, ...rest.flat(2)]);
