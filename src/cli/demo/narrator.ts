/** Tells a story on the terminal: numbered steps, lines below them, and one line that is redrawn where it can be. */
import type { WriteStream } from 'node:tty';
import { styleText } from 'node:util';

const INDENT = '    ';

export interface Narrator {
  title(text: string): void;
  /** The next step, numbered. */
  step(text: string): void;
  line(text: string): void;
  /** A line that the next one takes the place of. Only a terminal shows it. */
  progress(text: string): void;
  /** Takes that line away, so that whatever comes next starts on an empty one. */
  clear(): void;
}

/** Where a terminal does not say how wide it is. */
const USUAL_COLUMNS = 80;

export function createNarrator(out: WriteStream): Narrator {
  let steps = 0;
  let shown = '';

  function clear(): void {
    if (shown !== '') out.write('\r\x1b[K');
    shown = '';
  }

  function write(text: string): void {
    clear();
    out.write(`${text}\n`);
  }

  function bold(text: string): string {
    return out.isTTY && out.hasColors() ? styleText('bold', text) : text;
  }

  return {
    title: (text) => write(bold(text)),
    step(text) {
      steps += 1;
      write(`\n${bold(`${String(steps).padStart(2)}. ${text}`)}`);
    },
    line: (text) => write(`${INDENT}${text}`),
    progress(text) {
      // Cut to the terminal's width: a line that wraps could not be redrawn.
      const line = `${INDENT}${text}`.slice(0, (out.columns || USUAL_COLUMNS) - 1);
      if (!out.isTTY || line === shown) return;
      clear();
      out.write(line);
      shown = line;
    },
    clear,
  };
}
