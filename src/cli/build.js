/**
 * Compiles src and db to dist. Plain JavaScript, since it runs before anything is compiled.
 *
 *   node src/cli/build.js [--if-needed] [--quiet]
 *
 * dist/.stamp holds a digest of everything that went in, so `--if-needed` starts the compiler only where something
 * differs, whatever the files' times say. A build is made beside dist and put in its place whole: one that fails or is
 * killed changes nothing, and of two at once each ends with a complete dist. Messages go to standard error, because
 * standard output belongs to the program that is started next.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmod,
  cp,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, relative, sep } from 'node:path';
import { parseArgs } from 'node:util';

const ROOT = join(import.meta.dirname, '..', '..');
const DIST = join(ROOT, 'dist');
const STAMP = '.stamp';
const INPUT_FOLDERS = ['src', 'db'];
const INPUT_FILES = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json'];
const BUILD_PREFIX = '.dist-';
/** A build takes seconds: what is older than this was left by one that was killed. */
const ABANDONED_AFTER_MS = 60 * 60 * 1000;

async function listFiles(folder) {
  const entries = await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(ROOT, join(entry.parentPath ?? entry.path, entry.name)))
    .map((path) => path.split(sep).join('/'));
}

async function digestInputs() {
  const folders = await Promise.all(INPUT_FOLDERS.map(listFiles));
  const hash = createHash('sha256');
  for (const path of [...folders.flat(), ...INPUT_FILES].sort()) {
    const content = await readFile(join(ROOT, path));
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

async function readStamp() {
  return readFile(join(DIST, STAMP), 'utf8').catch(() => undefined);
}

async function compile(outDir) {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const child = spawn(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', outDir], {
    cwd: ROOT,
    // The compiler speaks only of errors, and to standard output: to ours for errors instead.
    stdio: ['ignore', 2, 2],
  });
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error('The TypeScript compiler found errors; dist is as it was.');
}

/** What the compiler passes over, such as a page's HTML. */
async function copyAssets(outDir) {
  for (const folder of INPUT_FOLDERS) {
    for (const path of await listFiles(folder)) {
      if (path.endsWith('.ts') || path === 'src/cli/build.js') continue;
      await cp(join(ROOT, path), join(outDir, path));
    }
  }
}

/** Two of these may meet: the one that comes later finds a full dist, and keeps it where it holds the same. */
async function putInPlace(build, stamp, { evenIfSame }) {
  for (let attempt = 1; ; attempt++) {
    try {
      await rename(build, DIST);
      return;
    } catch (error) {
      if (!['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(error.code) || attempt === 10) throw error;
    }
    if (!evenIfSame && (await readStamp()) === stamp) {
      await rm(build, { recursive: true, force: true });
      return;
    }
    const old = await mkdtemp(join(ROOT, BUILD_PREFIX));
    await rename(DIST, join(old, 'dist')).catch((error) => {
      if (error.code !== 'ENOENT') throw error;
    });
    await rm(old, { recursive: true, force: true });
  }
}

async function removeAbandonedBuilds() {
  for (const name of await readdir(ROOT)) {
    if (!name.startsWith(BUILD_PREFIX)) continue;
    const info = await stat(join(ROOT, name)).catch(() => undefined);
    if (info !== undefined && Date.now() - info.mtimeMs > ABANDONED_AFTER_MS) {
      await rm(join(ROOT, name), { recursive: true, force: true });
    }
  }
}

async function main() {
  const { values } = parseArgs({
    options: {
      'if-needed': { type: 'boolean', default: false },
      quiet: { type: 'boolean', default: false },
    },
  });
  const say = (text) => {
    if (!values.quiet) process.stderr.write(`${text}\n`);
  };

  const stamp = await digestInputs();
  if (values['if-needed'] && (await readStamp()) === stamp) return;

  const start = performance.now();
  say('Building dist …');
  await removeAbandonedBuilds();
  const build = await mkdtemp(join(ROOT, BUILD_PREFIX));
  try {
    await chmod(build, 0o755);
    await compile(build);
    await copyAssets(build);
    await writeFile(join(build, STAMP), stamp);
    await putInPlace(build, stamp, { evenIfSame: !values['if-needed'] });
  } finally {
    await rm(build, { recursive: true, force: true });
  }
  say(`Built in ${((performance.now() - start) / 1000).toFixed(1)} s.`);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`Build failed. ${error.message}\n`);
  process.exitCode = 1;
}
