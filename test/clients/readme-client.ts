/** The clients that README.md shows, run as they stand there, in an application that a test hands in. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { CHECKOUT } from '../support/checkout.ts';

/** A block of README.md by the name in its first line. */
function scriptOf(name: string): string {
  const readme = readFileSync(join(CHECKOUT, 'README.md'), 'utf8');
  for (const [, block = ''] of readme.matchAll(/^```js\n(.*?)^```$/gms)) {
    if (block.startsWith(`// ${name}\n`)) return block;
  }
  throw new Error(`README.md has no block that begins with "// ${name}".`);
}

export interface ReadmeClientOptions {
  /** The broker, or what stands in its place. */
  readonly url: string;
  /** What `freshToken` answers, one at each connection; the last one from then on. */
  readonly tokens: readonly string[];
  /** The cursor that the application kept. */
  readonly after?: string | undefined;
}

export interface ReadmeClient extends AsyncDisposable {
  /** The ids of the events that were handed to the application. */
  readonly seen: readonly string[];
  /** What the client said of its failures, a line each. */
  readonly complaints: readonly string[];
  /** How often a token was asked for. */
  readonly tokensAsked: number;
  /** Settles when this holds, which is looked at whenever the client says something. */
  until(holds: () => boolean): Promise<void>;
  readonly process: ChildProcess;
}

/** What a test hands in: the tokens and what is done with events are its own, all else is README.md's. */
function applicationOf(tokens: readonly string[]): string {
  const own = `
    const tokens = ${JSON.stringify(tokens)};
    export const freshToken = async () => {
      console.log('token');
      return tokens.length > 1 ? tokens.shift() : tokens[0];
    };
    export const handle = ({ node }) => console.log('event ' + node.id);
  `;
  const left = scriptOf('application.mjs').replace(
    /^(\/\*\* [^\n]* \*\/\n)?export const (freshToken|handle) = .*?;\n/gms,
    '',
  );
  return own + left;
}

export async function startReadmeClient(
  script: string,
  { url, tokens, after }: ReadmeClientOptions,
): Promise<ReadmeClient> {
  const folder = await mkdtemp(join(tmpdir(), 'ferje-client-'));
  await symlink(join(CHECKOUT, 'node_modules'), join(folder, 'node_modules'));
  await writeFile(join(folder, script), scriptOf(script));
  await writeFile(join(folder, 'application.mjs'), applicationOf(tokens));
  const child = spawn(process.execPath, [script], {
    cwd: folder,
    env: {
      PATH: process.env.PATH ?? '',
      NODE_ENV: 'production',
      FERJE: url,
      ...(after !== undefined && { AFTER: after }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const seen: string[] = [];
  const complaints: string[] = [];
  let tokensAsked = 0;
  let isOver = false;
  let wake = () => {};
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line === 'token') tokensAsked += 1;
    else if (line.startsWith('event ')) seen.push(line.slice('event '.length));
    wake();
  });
  createInterface({ input: child.stderr }).on('line', (line) => {
    complaints.push(line);
    wake();
  });
  const exited = once(child, 'exit').then(() => {
    isOver = true;
    wake();
  });
  return {
    seen,
    complaints,
    process: child,
    get tokensAsked() {
      return tokensAsked;
    },
    async until(holds) {
      while (!holds()) {
        if (isOver) throw new Error(`${script} has ended: ${complaints.join('\n')}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
