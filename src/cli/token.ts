/** `npm run token`: prints one access token of the development issuer, and nothing else. */
import { parseArgs } from 'node:util';
import { issueDevelopmentToken, loadDevelopmentKey } from '../auth/index.ts';
import { readDataDir } from '../config.ts';
import { SCOPES } from '../domain/caller.ts';
import { PARTY_ID_RULE, type PartyId, parsePartyId } from '../domain/party-id.ts';

const ALL_SCOPES = Object.values(SCOPES).join(' ');

const HELP = `Prints one access token of the embedded development issuer.

  npm run --silent token -- --party PARTY [--scope SCOPES] [--vendor PARTY] [--lifetime SECONDS]

  --party     who acts: ${PARTY_ID_RULE}
  --scope     separated by spaces; "${ALL_SCOPES}" where not given
  --vendor    makes it a system user's token: this organisation's software acts for the party
  --lifetime  in seconds; 3600 where not given
  --help      shows this

The key is in DATA_DIR (./data where not set); a broker with the same DATA_DIR trusts the token.
`;

/** The command was called wrongly, which the exit code tells apart from a failure. */
class UsageError extends Error {}

function readOptions(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        party: { type: 'string' },
        scope: { type: 'string', default: ALL_SCOPES },
        vendor: { type: 'string' },
        lifetime: { type: 'string', default: '3600' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function readParty(option: string, text: string): PartyId {
  const party = parsePartyId(text);
  if (party === undefined)
    throw new UsageError(`${option} holds "${text}"; it may hold ${PARTY_ID_RULE}.`);
  return party;
}

function readLifetime(text: string): number {
  if (!/^[1-9]\d{0,9}$/.test(text))
    throw new UsageError(`--lifetime holds "${text}"; it may hold whole seconds from 1 on.`);
  return Number(text);
}

async function run(args: readonly string[]): Promise<string> {
  const { party, scope, vendor, lifetime, help } = readOptions(args);
  if (help) return HELP;
  if (party === undefined) throw new UsageError(`--party is missing: ${PARTY_ID_RULE}.`);
  const options = {
    party: readParty('--party', party),
    vendor: vendor === undefined ? null : readParty('--vendor', vendor),
    scope,
    lifetimeSeconds: readLifetime(lifetime),
    now: Date.now(),
  };
  const key = await loadDevelopmentKey(readDataDir(process.env));
  return `${await issueDevelopmentToken(key, options)}\n`;
}

try {
  process.stdout.write(await run(process.argv.slice(2)));
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${message.replaceAll(/\s*\n\s*/g, ' ')}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
