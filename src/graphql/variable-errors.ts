/** What scalars, enums and input types refuse in the variables of an operation, each with its path. */
import {
  coerceInputValue,
  type ExecutionArgs,
  GraphQLError,
  getOperationAST,
  isInputType,
  isNonNullType,
  print,
  typeFromAST,
  type VariableDefinitionNode,
} from 'graphql';
import { MAX_PROBLEMS } from '../domain/result.ts';
import { quote } from '../domain/text.ts';

type Path = readonly (string | number)[];

/** Leaves the search once there are enough errors; it never gets out of this file. */
class EnoughErrors extends Error {}

/**
 * The first errors in the order of the variables; none where all of them fit, or where there is no such operation.
 * Strangers are told too, so a list of nothing but faults must not be gone through to its end.
 */
export function findVariableErrors(args: ExecutionArgs): GraphQLError[] {
  const operation = getOperationAST(args.document, args.operationName);
  const errors: GraphQLError[] = [];
  try {
    for (const definition of operation?.variableDefinitions ?? []) {
      findErrors(args, definition, (error) => {
        errors.push(error);
        if (errors.length === MAX_PROBLEMS) throw new EnoughErrors();
      });
    }
  } catch (error) {
    if (!(error instanceof EnoughErrors)) throw error;
  }
  return errors;
}

function findErrors(
  { schema, variableValues }: ExecutionArgs,
  definition: VariableDefinitionNode,
  report: (error: GraphQLError) => void,
): void {
  const name = definition.variable.name.value;
  const type = typeFromAST(schema, definition.type);
  if (!isInputType(type)) return;

  const refuse = (path: Path, message: string): void =>
    report(
      new GraphQLError(message, {
        nodes: definition,
        extensions: {
          code: 'BAD_USER_INPUT',
          path: [name, ...path],
          http: { status: 400, spec: true },
        },
      }),
    );

  if (variableValues == null || !Object.hasOwn(variableValues, name)) {
    if (isNonNullType(type) && definition.defaultValue === undefined)
      refuse([], `The variable "${name}" of type ${print(definition.type)} is missing.`);
    return;
  }
  coerceInputValue(variableValues[name], type, (path, invalid, { message }) => {
    const shown = show(invalid);
    const value = shown === undefined || message.includes(shown) ? '' : ` is ${shown}`;
    refuse(path, `${nameOf([name, ...path])}${value}: ${message}`);
  });
}

/** Such as `input.recipients[0]`. */
function nameOf(path: Path): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`))
    .join('')
    .slice(1);
}

/** The value as a message may repeat it; of objects and lists the message says enough. */
function show(value: unknown): string | undefined {
  if (typeof value === 'string') return quote(value);
  return typeof value === 'object' && value !== null ? undefined : String(value);
}
