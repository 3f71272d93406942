/** Collects everything that is wrong with an input, so that a caller mends all of it at once. */
import type { ErrorCode } from './error-code.ts';
import { type Failure, failWith, type InputProblem } from './result.ts';
import { parseText, quote, type TextRule } from './text.ts';

export class InputProblems {
  readonly #problems: InputProblem[] = [];

  add(field: string, code: ErrorCode, message: string): void {
    this.#problems.push({ field, code, message });
  }

  /** Reads a text by its rule; notes what is wrong and answers the text as it was then. */
  text(field: string, value: string, rule: TextRule): string {
    const parsed = parseText(value, rule);
    if ('text' in parsed) return parsed.text;
    this.add(field, 'INVALID_INPUT', `${field} ${quote(value)} ${parsed.wrong}.`);
    return value;
  }

  get isEmpty(): boolean {
    return this.#problems.length === 0;
  }

  /** One failure of all problems; undefined where there is none. */
  toFailure(): Failure | undefined {
    return failWith(this.#problems);
  }
}
