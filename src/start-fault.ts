/** What a start meets on the machine and the configuration is to blame for: told like any other wrong value. */

/** One line: the variable, what it holds, what it may hold, and what the system said. */
export class StartFault extends Error {
  constructor(variable: string, value: string | number, may: string, cause: unknown) {
    const said = cause instanceof Error ? cause.message : String(cause);
    super(`${variable} is ${JSON.stringify(String(value))}; it may be ${may} (${said})`, { cause });
  }
}

/** Takes a step of the start that rests on one variable. */
export async function startStep<T>(
  variable: string,
  value: string | number,
  may: string,
  step: () => Promise<T>,
): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw new StartFault(variable, value, may, error);
  }
}
