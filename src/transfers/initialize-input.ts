/** What a sender says of a new transfer, checked as a whole. */
import { parseFileName } from '../domain/file-name.ts';
import { InputProblems } from '../domain/input-problems.ts';
import type { PartyId } from '../domain/party-id.ts';
import { ok, type Result } from '../domain/result.ts';
import { countCodePoints, quote } from '../domain/text.ts';
import type { ResourceRow } from '../resources/index.ts';

export interface InitializeTransfer {
  readonly resourceId: string;
  readonly fileName: string;
  readonly sender: PartyId;
  readonly recipients: readonly PartyId[];
  readonly sendersReference?: string | null | undefined;
  readonly properties?:
    | readonly { readonly key: string; readonly value: string }[]
    | null
    | undefined;
  readonly expectedDigest?:
    | { readonly algorithm: DigestAlgorithm; readonly value: string }
    | null
    | undefined;
  readonly skipVirusScan: boolean;
  readonly idempotencyKey?: string | null | undefined;
}

export type DigestAlgorithm = 'MD5' | 'SHA256';

const MAX_RECIPIENTS = 1000;
const MAX_PROPERTIES = 10;
const DIGEST_LENGTHS: Record<DigestAlgorithm, number> = { MD5: 32, SHA256: 64 };

/** The input with its texts in NFC and its digest in lower case, or everything that is wrong with it. */
export function checkInitializeTransfer(
  input: InitializeTransfer,
  resource: ResourceRow,
): Result<InitializeTransfer> {
  const problems = new InputProblems();
  const name = parseFileName(input.fileName);
  if ('wrong' in name) {
    problems.add('fileName', 'INVALID_INPUT', `fileName ${quote(input.fileName)} ${name.wrong}.`);
  }
  checkRecipients(input, resource, problems);
  const sendersReference =
    input.sendersReference == null
      ? null
      : problems.text('sendersReference', input.sendersReference, { min: 1, max: 4096 });
  const properties = checkProperties(input.properties ?? [], problems);
  const expectedDigest = input.expectedDigest ?? null;
  if (expectedDigest !== null) checkDigest(expectedDigest, problems);
  if (input.skipVirusScan && resource.virus_scan === 'REQUIRED') {
    problems.add(
      'skipVirusScan',
      'VIRUS_SCAN_REQUIRED',
      `skipVirusScan is true, but the resource ${resource.id} requires that every file is scanned.`,
    );
  }
  const idempotencyKey =
    input.idempotencyKey == null
      ? null
      : problems.text('idempotencyKey', input.idempotencyKey, { min: 1, max: 255 });
  return (
    problems.toFailure() ??
    ok({
      ...input,
      fileName: 'text' in name ? name.text : input.fileName,
      sendersReference,
      properties,
      expectedDigest: expectedDigest && {
        ...expectedDigest,
        value: expectedDigest.value.toLowerCase(),
      },
      idempotencyKey,
    })
  );
}

function checkRecipients(
  { sender, recipients }: InitializeTransfer,
  resource: ResourceRow,
  problems: InputProblems,
): void {
  if (recipients.length < 1 || recipients.length > MAX_RECIPIENTS) {
    const rule = `it has to name 1 to ${MAX_RECIPIENTS}`;
    problems.add('recipients', 'INVALID_INPUT', `recipients names ${recipients.length}; ${rule}.`);
  }
  const seen = new Map<PartyId, number>();
  for (const [index, party] of recipients.entries()) {
    const before = seen.get(party);
    if (before === undefined) seen.set(party, index);
    else {
      problems.add(
        `recipients.${index}`,
        'INVALID_INPUT',
        `recipients.${index} ${party} is named already, as recipients.${before}.`,
      );
    }
  }
  const required = resource.required_party;
  if (required === null || sender === required) return;
  if (recipients.length > 1) {
    problems.add(
      'recipients',
      'REQUIRED_PARTY_TOO_MANY_RECIPIENTS',
      `The resource ${resource.id} requires ${required} as the sender or the only recipient; there are ${recipients.length} recipients.`,
    );
  } else if (recipients[0] !== undefined && recipients[0] !== required) {
    problems.add(
      'recipients.0',
      'REQUIRED_PARTY_MISSING',
      `The resource ${resource.id} requires ${required} as the sender or the only recipient; it is neither.`,
    );
  }
}

function checkProperties(
  properties: readonly { readonly key: string; readonly value: string }[],
  problems: InputProblems,
): { key: string; value: string }[] {
  if (properties.length > MAX_PROPERTIES) {
    const rule = `at most ${MAX_PROPERTIES} are allowed`;
    problems.add(
      'properties',
      'INVALID_INPUT',
      `There are ${properties.length} properties; ${rule}.`,
    );
  }
  const keys = new Set<string>();
  return properties.map(({ key, value }, index) => {
    const path = `properties.${index}`;
    const parsedKey = problems.text(`${path}.key`, key, { min: 1, max: 50 });
    if (keys.has(parsedKey)) {
      const message = `${path}.key ${quote(parsedKey)} is given twice.`;
      problems.add(`${path}.key`, 'INVALID_INPUT', message);
    }
    keys.add(parsedKey);
    return {
      key: parsedKey,
      value: problems.text(`${path}.value`, value, { min: 0, max: 3000 }),
    };
  });
}

function checkDigest(
  { algorithm, value }: { readonly algorithm: DigestAlgorithm; readonly value: string },
  problems: InputProblems,
): void {
  const length = DIGEST_LENGTHS[algorithm];
  if (value.length === length && /^[0-9a-f]+$/i.test(value)) return;
  problems.add(
    'expectedDigest.value',
    'INVALID_INPUT',
    `expectedDigest.value ${quote(value)} has ${countCodePoints(value)} characters; ${algorithm} has ${length}, of 0-9 and a-f.`,
  );
}
