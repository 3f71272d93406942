/** Reads CSV as another program does: Python's csv module, in a process that stays for as long as tests have files to read. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A line in base64 is a file, and its records go back as a line of JSON. */
const SCRIPT = `
import base64, csv, io, json, sys
for line in sys.stdin:
    text = io.StringIO(base64.b64decode(line).decode('utf-8'), newline='')
    print(json.dumps(list(csv.reader(text, strict=True))), flush=True)
`;

export interface PythonReader {
  /** Throws where Python can't read the file. */
  read(file: Buffer): Promise<readonly (readonly string[])[]>;
  stop(): void;
}

export function startPythonReader(): PythonReader {
  const child = spawn('python3', ['-c', SCRIPT], { stdio: ['pipe', 'pipe', 'inherit'] });
  // Its end is met where an answer is awaited.
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async read(file) {
      child.stdin.write(`${file.toString('base64')}\n`);
      const answer = await answers.next();
      if (answer.done) throw new Error('Python did not read the file; it told why on stderr.');
      return JSON.parse(answer.value) as string[][];
    },
    stop() {
      child.stdin.end();
    },
  };
}
