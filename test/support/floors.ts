/**
 * Which file of `src` and `db` may import which: the floors of the house, as data, and a judge of single imports.
 * The lint rules in `biome.json` say the same to an editor; this one knows paths rather than patterns, and decides.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import ts from 'typescript';

interface Room {
  readonly floor: number;
  /** The rooms that it may enter, besides the domain. */
  readonly mayImport: readonly string[];
}

const floor1 = ['database', 'events', 'storage', 'auth', 'jobs'];
const floor2 = ['transfers', 'resources', 'webhooks', 'notifications', 'statistics', 'scanning'];
const doors = ['graphql', 'uploads', 'downloads', 'operations'];

/** Every folder of `src` is one of these. */
export const ROOMS: Readonly<Record<string, Room>> = {
  domain: { floor: 0, mayImport: [] },

  database: { floor: 1, mayImport: ['db'] },
  events: { floor: 1, mayImport: ['database'] },
  storage: { floor: 1, mayImport: ['database'] },
  auth: { floor: 1, mayImport: ['database'] },
  jobs: { floor: 1, mayImport: ['database'] },
  // What the HTTP doors share; only they and the top floor enter it.
  http: { floor: 1, mayImport: ['database'] },

  resources: { floor: 2, mayImport: floor1 },
  // It scans bytes and knows nothing of transfers, which ask it.
  scanning: { floor: 2, mayImport: floor1 },
  transfers: { floor: 2, mayImport: [...floor1, 'resources', 'scanning'] },
  webhooks: { floor: 2, mayImport: [...floor1, 'transfers', 'resources'] },
  notifications: { floor: 2, mayImport: [...floor1, 'transfers', 'resources'] },
  statistics: { floor: 2, mayImport: [...floor1, 'transfers', 'resources'] },

  graphql: { floor: 3, mayImport: [...floor1, 'http', ...floor2] },
  uploads: { floor: 3, mayImport: [...floor1, 'http', ...floor2] },
  downloads: { floor: 3, mayImport: [...floor1, 'http', ...floor2] },
  operations: { floor: 3, mayImport: [...floor1, 'http', ...floor2] },

  cli: { floor: 4, mayImport: [...floor1, 'http', ...floor2, ...doors, 'top'] },
  // The dashboard talks to the API alone.
  dashboard: { floor: 4, mayImport: [] },
};

/** The files right in `src` (main, broker, server, config) make one room without an index. */
const TOP: Room = {
  floor: 4,
  mayImport: [...floor1, 'http', ...floor2, ...doors, 'dashboard'],
};

/** A migration outlives the code around it, so it imports none of it. */
const MIGRATIONS: Room = { floor: 0, mayImport: [] };

interface Place {
  /** A folder of `src`, `top` for a file right in it, `db` for the migrations. */
  readonly room: string;
  readonly rules: Room;
}

function placeOf(path: string): Place | undefined {
  const [top, folder, ...rest] = path.split('/');
  if (top === 'db') return { room: 'db', rules: MIGRATIONS };
  if (top !== 'src' || folder === undefined) return undefined;
  if (rest.length === 0) return { room: 'top', rules: TOP };
  const rules = ROOMS[folder];
  return rules === undefined ? undefined : { room: folder, rules };
}

/** Why a file may not import what it does, in one sentence; undefined where it may. Paths are from the top folder. */
export function judgeImport(from: string, specifier: string): string | undefined {
  const source = placeOf(from);
  if (source === undefined) {
    return `${from} is in no room; give its folder a floor in test/support/floors.ts and biome.json`;
  }
  if (!specifier.startsWith('.')) {
    return source.room === 'domain' && specifier.startsWith('node:')
      ? `the domain is pure and imports nothing of Node, such as ${specifier}`
      : undefined;
  }
  const to = posix.join(posix.dirname(from), specifier);
  const target = placeOf(to);
  if (target === undefined) return `${to} belongs to no room that the broker may import`;
  if (target.room === source.room) {
    return to === `src/${source.room}/index.ts`
      ? 'files inside a room import each other directly, never their own index'
      : undefined;
  }
  if (source.rules === MIGRATIONS) return 'a migration imports nothing of the code around it';
  if (source.room === 'dashboard') return 'the dashboard talks to the API alone';
  if (target.room === 'domain') return undefined;
  if (target.rules.floor > source.rules.floor) {
    return `imports run downwards: ${source.room} is on floor ${source.rules.floor}, ${target.room} on floor ${target.rules.floor}`;
  }
  if (!source.rules.mayImport.includes(target.room)) {
    return `${source.room} may import ${['domain', ...source.rules.mayImport].join(', ')}, not ${target.room}`;
  }
  const index = target.room === 'db' ? 'db/index.ts' : `src/${target.room}/index.ts`;
  if (target.room !== 'top' && to !== index)
    return `${target.room} is entered by ${index}, not ${to}`;
  return undefined;
}

/** Faults of one file's text, each as `path:line reason`. */
export function faultsOf(path: string, text: string): string[] {
  const lineAt = (position: number) => text.slice(0, position).split('\n').length;
  const faults = ts.preProcessFile(text, true, true).importedFiles.flatMap((imported) => {
    const reason = judgeImport(path, imported.fileName);
    return reason === undefined ? [] : [`${path}:${lineAt(imported.pos)} ${reason}`];
  });
  return [...faults, ...environmentFaults(path, text)];
}

/** The top floor hands the environment over as a whole; only `config.ts` looks into it. */
function environmentFaults(path: string, text: string): string[] {
  if (path === 'src/config.ts') return [];
  const mayHandOver = path === 'src/main.ts' || path.startsWith('src/cli/');
  return text.split('\n').flatMap((line, index) => {
    const match = /\bprocess\.env\b(\??\.|\[)?/.exec(line.replace(/^\s*(\/\/|\*|\/\*).*/, ''));
    if (match === null || (mayHandOver && match[1] === undefined)) return [];
    return [`${path}:${index + 1} process.env is read in src/config.ts alone`];
  });
}

/** Faults of every TypeScript file under `src` and `db` of a checkout. */
export function faultsOfTree(root: string): string[] {
  return ['src', 'db']
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts'))
        .map((name) => posix.join(folder, name.replaceAll('\\', '/'))),
    )
    .sort()
    .flatMap((path) => faultsOf(path, readFileSync(join(root, path), 'utf8')));
}
