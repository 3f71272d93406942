import { spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CHECKOUT } from '../support/checkout.ts';

/** A small project of its own around a copy of the build script. */
function smallProject() {
  const root = mkdtempSync(join(tmpdir(), 'ferje-build-'));
  const write = (path: string, text: string) => {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  symlinkSync(join(CHECKOUT, 'node_modules'), join(root, 'node_modules'));
  for (const file of ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json']) {
    copyFileSync(join(CHECKOUT, file), join(root, file));
  }
  write('package.json', '{ "type": "module" }');
  write('src/cli/build.js', readFileSync(join(CHECKOUT, 'src/cli/build.js'), 'utf8'));
  write('src/main.ts', "import { tables } from '../db/index.ts';\nconsole.log(tables);\n");
  write('src/dashboard/page.html', '<p>Ferje</p>');
  write('db/index.ts', 'export const tables = 1;\n');

  return {
    root,
    write,
    path: (path: string) => join(root, path),
    read: (path: string) => readFileSync(join(root, path), 'utf8'),
    run: (script: string, ...args: string[]) =>
      new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve, reject) => {
        const child = spawn(process.execPath, [join(root, script), ...args], { cwd: tmpdir() });
        let stdout = '';
        let stderr = '';
        child.stdout.on('data', (data) => (stdout += String(data)));
        child.stderr.on('data', (data) => (stderr += String(data)));
        child.once('error', reject);
        child.once('close', (code) => resolve({ code, stdout, stderr }));
      }),
    /** The identity of dist: another one after each build. */
    dist: () => statSync(join(root, 'dist')).ino,
    leftovers: () => readdirSync(root).filter((name) => name.startsWith('.dist')),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}

test('builds what can be run, with the files that are not TypeScript beside it', async () => {
  using project = smallProject();
  const build = await project.run('src/cli/build.js');
  expect(build).toMatchObject({ code: 0, stdout: '' });
  expect(build.stderr).toMatch(/Built in/);
  expect(await project.run('dist/src/main.js')).toMatchObject({ code: 0, stdout: '1\n' });
  expect(project.read('dist/src/dashboard/page.html')).toBe('<p>Ferje</p>');
  expect(existsSync(project.path('dist/src/cli/build.js'))).toBe(false);
  expect(project.leftovers()).toEqual([]);
});

test('--if-needed goes by what the files hold, not by their times', async () => {
  using project = smallProject();
  await project.run('src/cli/build.js', '--if-needed', '--quiet');
  const first = project.dist();

  utimesSync(project.path('src/main.ts'), new Date(), new Date());
  expect(await project.run('src/cli/build.js', '--if-needed')).toEqual({
    code: 0,
    stdout: '',
    stderr: '',
  });
  expect(project.dist()).toBe(first);

  const before = statSync(project.path('db/index.ts'));
  project.write('db/index.ts', 'export const tables = 2;\n');
  utimesSync(project.path('db/index.ts'), before.atime, before.mtime);
  const again = await project.run('src/cli/build.js', '--if-needed', '--quiet');
  expect(again).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(await project.run('dist/src/main.js')).toMatchObject({ stdout: '2\n' });

  rmSync(project.path('src/dashboard/page.html'));
  await project.run('src/cli/build.js', '--if-needed', '--quiet');
  expect(existsSync(project.path('dist/src/dashboard/page.html'))).toBe(false);
});

test('without --if-needed it always builds', async () => {
  using project = smallProject();
  await project.run('src/cli/build.js', '--quiet');
  writeFileSync(project.path('dist/src/main.js'), 'broken by hand');
  expect(await project.run('src/cli/build.js', '--quiet')).toMatchObject({ code: 0, stderr: '' });
  expect(await project.run('dist/src/main.js')).toMatchObject({ code: 0 });
});

test('an error of the compiler is shown, exits 1 and leaves dist as it was', async () => {
  using project = smallProject();
  await project.run('src/cli/build.js', '--quiet');
  project.write('src/main.ts', 'export const port: number = "text";\n');
  const build = await project.run('src/cli/build.js', '--if-needed', '--quiet');
  expect(build.code).toBe(1);
  expect(build.stdout).toBe('');
  expect(build.stderr).toMatch(/src\/main\.ts\(1,14\)/);
  expect(await project.run('dist/src/main.js')).toMatchObject({ stdout: '1\n' });
  expect(project.leftovers()).toEqual([]);
});

test('several at once all succeed and leave one whole dist', async () => {
  using project = smallProject();
  const atOnce = () =>
    Promise.all(Array.from({ length: 4 }, () => project.run('src/cli/build.js', '--if-needed')));
  expect((await atOnce()).map(({ code }) => code)).toEqual([0, 0, 0, 0]);
  project.write('db/index.ts', 'export const tables = 2;\n');
  expect((await atOnce()).map(({ code }) => code)).toEqual([0, 0, 0, 0]);
  expect(await project.run('dist/src/main.js')).toMatchObject({ stdout: '2\n' });
  expect(project.leftovers()).toEqual([]);
});
