/** What each command answers and does: the rules of the contract, in the order of its checks. */
import type { Command, Scope } from './commands.ts';
import { work } from './rules-of-deadlines.ts';
import { initialize } from './rules-of-initialize.ts';
import { confirm, download, downloadByLink, link } from './rules-of-recipients.ts';
import { changeAccess, configure, register } from './rules-of-resources.ts';
import { cancel, upload } from './rules-of-uploads.ts';
import type { Step } from './step.ts';
import { MINUTE, type World } from './world.ts';

/** `ok` with what came of it, or the code that says why not. */
export type Answer = string;

const SCOPE_OF: Record<Command['does'], Exclude<Scope, 'all'> | null> = {
  register: 'serviceOwner',
  configure: 'serviceOwner',
  grant: 'serviceOwner',
  revoke: 'serviceOwner',
  initialize: 'write',
  POST: 'write',
  PATCH: 'write',
  PUT: 'write',
  HEAD: 'write',
  DELETE: 'write',
  cancel: 'write',
  link: 'read',
  download: 'read',
  downloadByLink: null,
  confirm: 'read',
  again: null,
  wait: null,
  work: null,
  look: null,
};

/** What is refused without a body has no more than a status. */
const STATUS_OF_HEAD: Record<string, string> = {
  INSUFFICIENT_SCOPE: '403',
  NOT_THE_SENDER: '403',
  NOT_A_RECIPIENT: '403',
  NO_ACCESS_TO_RESOURCE: '403',
  TRANSFER_NOT_FOUND: '404',
  UPLOAD_ENDED: '410',
  'FILE_NOT_AVAILABLE 409': '409',
  'FILE_NOT_AVAILABLE 410': '410',
};

export function act(world: World, step: Step): Answer {
  const { command } = step;
  const answer = decide(world, step);
  const isHead = command.does === 'HEAD' || (command.does === 'download' && command.how === 'head');
  return isHead ? (STATUS_OF_HEAD[answer] ?? answer) : answer;
}

function decide(world: World, step: Step): Answer {
  const { command } = step;
  const needed = SCOPE_OF[command.does];
  if (needed !== null && 'scope' in command && command.scope !== 'all') {
    if (command.scope !== needed) return 'INSUFFICIENT_SCOPE';
  }
  switch (command.does) {
    case 'register':
      return register(world, step.by);
    case 'configure':
      return configure(world, step.by, command.resource, command.settings);
    case 'grant':
    case 'revoke':
      return changeAccess(world, step.by, command);
    case 'initialize':
      if (command.key !== null) world.keyed = command;
      return initialize(world, step.by, command.input, command.key);
    case 'POST':
    case 'PATCH':
    case 'PUT':
    case 'HEAD':
    case 'DELETE':
      return upload(world, step);
    case 'cancel':
      return cancel(world, step);
    case 'download':
      return download(world, step.by, step.transfer, command.how);
    case 'link':
      return link(world, step);
    case 'downloadByLink':
      return downloadByLink(world, step.link);
    case 'confirm':
      return confirm(world, step);
    case 'wait':
      world.now += command.minutes * MINUTE;
      return 'ok';
    case 'work':
      return work(world);
    case 'again':
    case 'look':
      return 'ok';
  }
}
