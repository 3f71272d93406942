/** A sequence of steps at the broker: each has parties and resources of its own there, and knows them by the model's names. */
import { SCOPES } from '../../../src/domain/caller.ts';
import type { PartyId } from '../../../src/domain/party-id.ts';
import { type Asker, party, pick } from '../../support/graphql-room.ts';
import type { ModelBroker } from './broker.ts';
import { type Command, content, NAMES, type Name, RESOURCES, type Scope } from './commands.ts';
import {
  CANCEL,
  CONFIGURE,
  CONFIRM,
  everything,
  GRANT,
  INITIALIZE,
  LINK,
  MORE_EVENTS,
  oneTransfer,
  REGISTER,
  REVOKE,
  readList,
  readPage,
  readResource,
  readTransfer,
} from './documents.ts';
import type { Viewer } from './sight.ts';
import { md5Of, type Step, sha256Of } from './step.ts';
import { MINUTE } from './world.ts';

type Does<D extends Command['does']> = Extract<Command, { readonly does: D }>;

const NOBODYS = '01990000-0000-7000-8000-000000000000';

export class Sequence {
  readonly #broker: ModelBroker;
  readonly #prefix: string;
  readonly #ids: ReadonlyMap<Name, PartyId>;
  readonly #vendor: PartyId;
  /** The model's names by id. */
  readonly #names: ReadonlyMap<string, string>;
  /** Ids in the order in which they were first answered. */
  readonly #transfers: string[] = [];
  readonly #links: string[] = [];

  constructor(broker: ModelBroker, number: number) {
    const first = number * (NAMES.length + 1);
    this.#broker = broker;
    this.#prefix = `model-${number}-`;
    this.#ids = new Map(NAMES.map((name, index) => [name, party(first + index)]));
    this.#vendor = party(first + NAMES.length);
    this.#names = new Map([
      ...[...this.#ids].map(([name, id]) => [id, name] as const),
      [this.#vendor, 'vendor'],
    ]);
  }

  /** What the broker answers, in the words of the model. */
  async act(step: Step): Promise<string> {
    const answer = await this.#act(step);
    const { faults } = this.#broker;
    if (faults.length > 0) throw new AggregateError(faults, 'The broker did not expect this.');
    return answer;
  }

  /** What a party sees of the transfer of a number. */
  async seeTransfer(viewer: Viewer, number: number): Promise<unknown> {
    const data = await this.#eyesOf(viewer).ask(oneTransfer(this.#transfers[number] ?? NOBODYS));
    return readTransfer(pick(data, 't0'), this.#toName);
  }

  async seeEverything(viewer: Viewer) {
    const eyes = this.#eyesOf(viewer);
    const resources = Object.fromEntries(RESOURCES.map((name) => [name, this.#prefix + name]));
    const data = await eyes.ask(everything(this.#transfers, resources));
    return {
      transfers: this.#transfers.map((_, n) => readTransfer(pick(data, `t${n}`), this.#toName)),
      listed: readList(pick(data, 'transfers'), this.#toName),
      ALL: await this.#readOn(eyes, 'ALL', pick(data, 'ALL')),
      MINE: await this.#readOn(eyes, 'MINE', pick(data, 'MINE')),
      resources: RESOURCES.map((name) => readResource(pick(data, name), this.#toName)),
    };
  }

  /** The events from a first page to the end of the log. */
  async #readOn(eyes: Asker, audience: 'ALL' | 'MINE', firstPage: unknown) {
    let page = readPage(firstPage, this.#toName);
    const { events } = page;
    while (page.after !== null) {
      const data = await eyes.ask(MORE_EVENTS, { audience, after: page.after });
      page = readPage(pick(data, 'events'), this.#toName);
      events.push(...page.events);
    }
    return events;
  }

  /** Transfers by their numbers, parties and resources by their names. */
  readonly #toName = (id: unknown): unknown => {
    if (typeof id !== 'string') return null;
    const number = this.#transfers.indexOf(id);
    return number >= 0 ? number : (this.#names.get(id) ?? id.replace(this.#prefix, ''));
  };

  #idOf(name: Name): PartyId {
    const id = this.#ids.get(name);
    if (id === undefined) throw new Error(`Nobody is called ${name}.`);
    return id;
  }

  #as(name: Name, scope: Scope): Asker {
    return this.#broker.room.as(this.#idOf(name), {
      scopes: scope === 'all' ? Object.values(SCOPES) : [SCOPES[scope]],
      vendor: name === 'both' ? this.#vendor : null,
    });
  }

  #eyesOf({ party: name, onlyAsOwner }: Viewer): Asker {
    return this.#as(name, onlyAsOwner ? 'serviceOwner' : 'all');
  }

  async #act(step: Step): Promise<string> {
    const { command, by } = step;
    const asker = this.#as(by, 'scope' in command ? command.scope : 'all');
    const id = this.#idOfTransfer(step);
    switch (command.does) {
      case 'register':
        return mutate(asker, REGISTER, { name: by });
      case 'configure':
        return mutate(asker, CONFIGURE, { input: this.#settingsOf(command) });
      case 'grant':
        return mutate(asker, GRANT, { input: this.#accessOf(command) });
      case 'revoke':
        return mutate(asker, REVOKE, { input: this.#accessOf(command) });
      case 'initialize':
        return this.#initialize(asker, by, command);
      case 'POST':
      case 'PATCH':
      case 'PUT':
      case 'HEAD':
      case 'DELETE':
        return this.#upload(asker, step, id);
      case 'cancel':
        return mutate(asker, CANCEL, { id });
      case 'confirm':
        return mutate(asker, CONFIRM, { id, sha256: step.sha256 });
      case 'link':
        return this.#link(asker, id);
      case 'download':
        return this.#download(asker, id, command.how, step);
      case 'downloadByLink': {
        const link = step.link === undefined ? undefined : this.#links[step.link];
        return this.#tellDownload(undefined, link ?? `files/${NOBODYS}?link=none`);
      }
      case 'wait':
        this.#broker.room.clock.time += command.minutes * MINUTE;
        return 'ok';
      case 'work':
        await this.#broker.work();
        return 'ok';
      case 'again':
      case 'look':
        return 'ok';
    }
  }

  #idOfTransfer({ transfer }: Step): string {
    return (transfer && this.#transfers[transfer.number]) ?? NOBODYS;
  }

  #settingsOf({ resource, settings }: Does<'configure'>) {
    const { requiredParty, ...rest } = settings;
    return {
      id: `${this.#prefix}${resource}`,
      ...rest,
      ...(requiredParty === undefined
        ? {}
        : { requiredParty: requiredParty && this.#idOf(requiredParty) }),
    };
  }

  #accessOf({ resource, parties, actions }: Does<'grant' | 'revoke'>) {
    return {
      resourceId: `${this.#prefix}${resource}`,
      parties: parties.map((name) => this.#idOf(name)),
      actions,
    };
  }

  async #initialize(asker: Asker, by: Name, { input, key }: Does<'initialize'>): Promise<string> {
    const { resource, sender = by, recipients, expected, ...rest } = input;
    const answer = await mutate(asker, INITIALIZE, {
      input: {
        ...rest,
        resourceId: `${this.#prefix}${resource}`,
        sender: this.#idOf(sender),
        recipients: recipients.map((name) => this.#idOf(name)),
        expectedDigest: expected && {
          algorithm: expected.algorithm,
          value: (expected.algorithm === 'MD5' ? md5Of : sha256Of)(expected.ofLength),
        },
        idempotencyKey: key,
      },
    });
    const [, id] = answer.split('ok ');
    if (id === undefined) return answer;
    if (!this.#transfers.includes(id)) this.#transfers.push(id);
    return `ok ${this.#transfers.indexOf(id)}`;
  }

  async #upload(asker: Asker, { command, offset, bytes }: Step, id: string): Promise<string> {
    const hasBody = command.does === 'PUT' || command.does === 'PATCH';
    const response = await this.#broker.request(asker, `uploads/${id}`, {
      method: command.does,
      headers: { 'Tus-Resumable': '1.0.0', ...uploadHeaders(command, offset) },
      ...(hasBody ? { body: Buffer.from(content(offset + bytes).slice(offset)) } : {}),
    });
    if (!response.ok) return toRefusal(response);
    await response.arrayBuffer();
    const tellsOffset = command.does === 'HEAD' || command.does === 'PATCH';
    return tellsOffset ? `ok ${response.headers.get('upload-offset')}` : 'ok';
  }

  async #link(asker: Asker, id: string): Promise<string> {
    const answer = await mutate(asker, LINK, { id });
    const [, path] = answer.split('/api/');
    if (path === undefined) return answer;
    this.#links.push(path);
    return 'ok';
  }

  #download(
    asker: Asker,
    id: string,
    how: Does<'download'>['how'],
    { transfer }: Step,
  ): Promise<string> {
    const headers = {
      whole: {},
      part: { Range: 'bytes=0-0' },
      beyond: { Range: 'bytes=1000-' },
      unchanged: { 'If-None-Match': `"${sha256Of(transfer?.size ?? 0)}"` },
      head: {},
    }[how];
    const method = how === 'head' ? 'HEAD' : 'GET';
    return this.#tellDownload(asker, `files/${id}`, { method, headers });
  }

  async #tellDownload(asker: Asker | undefined, path: string, init: RequestInit = {}) {
    const response = await this.#broker.request(asker, path, init);
    const { status, headers } = response;
    if (status >= 400) return toRefusal(response);
    const body = await response.text();
    const told = init.method === 'HEAD' ? headers.get('content-length') : body;
    return `ok ${status} ${told}`.trim();
  }
}

/** What a mutation answers: the code of its refusal, or `ok` with what it tells. */
async function mutate(asker: Asker, document: string, variables: object): Promise<string> {
  const { data, errors = [] } = await asker.request(document, { ...variables });
  if (errors.length > 0) return errors.map(({ message }) => message).join('; ');
  const { code, told = '' } = Object(pick(data, 'answer'));
  return code ?? `ok ${told}`.trim();
}

function uploadHeaders(command: Command, offset: number): Record<string, string> {
  switch (command.does) {
    case 'POST':
      return command.length === null
        ? { 'Upload-Defer-Length': '1' }
        : { 'Upload-Length': String(command.length) };
    case 'PATCH':
      return {
        'Content-Type': 'application/offset+octet-stream',
        'Upload-Offset': String(offset),
        ...(command.length === null ? {} : { 'Upload-Length': String(command.length) }),
      };
    default:
      return {};
  }
}

/** The code of a problem document; the status where there is no body, or where the contract has no more than that. */
async function toRefusal(response: Response): Promise<string> {
  const { status } = response;
  const text = await response.text();
  if (text === '') return String(status);
  const { code } = JSON.parse(text);
  if (code === 'OFFSET_MISMATCH' || code === 'TRANSFER_ALREADY_UPLOADED') return String(status);
  return code === 'FILE_NOT_AVAILABLE' ? `${code} ${status}` : code;
}
