/**
 * What a subscription selects, as far as its results depend on it: results of equal selections may be shared. Documents are
 * parsed once and kept, so they are looked through once.
 */
import {
  type DocumentNode,
  type GraphQLField,
  type GraphQLSchema,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { OperationRequest } from './execute-operation.ts';

/** What is selected. */
export interface Selection {
  /** Equal for equal selections alone. */
  readonly key: string;
  /** Whether it selects a field whose value depends on who looks. */
  readonly dependsOnViewer: boolean;
}

/** Arguments of a subscription that say which events come, and nothing of what is told of them. */
const PLACE_ARGUMENTS: ReadonlySet<string> = new Set(['filter', 'after', 'startAt']);

interface DocumentTraits {
  readonly id: number;
  readonly dependsOnViewer: boolean;
  /** The variables that a selection is made of. */
  readonly variables: readonly string[];
}

/** Answers what requests select. */
export function createSelections(): (request: OperationRequest) => Selection {
  const known = new WeakMap<DocumentNode, DocumentTraits>();
  let count = 0;
  return ({ schema, document, operationName, variableValues }) => {
    let traits = known.get(document);
    if (traits === undefined) {
      count += 1;
      traits = { id: count, ...lookThrough(schema, document) };
      known.set(document, traits);
    }
    const { id, variables, dependsOnViewer } = traits;
    const values = variables.map((name) => variableValues?.[name]);
    // JSON has no word for what was left out, and null is another thing.
    const given = variables.filter((name) => variableValues?.[name] !== undefined);
    return { key: JSON.stringify([id, operationName, given, values]), dependsOnViewer };
  };
}

function lookThrough(
  schema: GraphQLSchema,
  document: DocumentNode,
): Pick<DocumentTraits, 'dependsOnViewer' | 'variables'> {
  const types = new TypeInfo(schema);
  const variables = new Set<string>();
  let dependsOnViewer = false;
  visit(
    document,
    visitWithTypeInfo(types, {
      VariableDefinition: () => false,
      Argument({ name }) {
        const isOfRoot = types.getParentType() === schema.getSubscriptionType();
        const isOfField = types.getDirective() == null;
        return isOfRoot && isOfField && PLACE_ARGUMENTS.has(name.value) ? false : undefined;
      },
      Variable({ name }) {
        variables.add(name.value);
      },
      Field({ name }) {
        dependsOnViewer ||= fieldsNamed(schema, types, name.value).some(isMarked);
      },
    }),
  );
  return { dependsOnViewer, variables: [...variables].sort() };
}

type Field = GraphQLField<unknown, unknown>;

/** The field, and of an interface what its types make of it. */
function fieldsNamed(schema: GraphQLSchema, types: TypeInfo, name: string): (Field | undefined)[] {
  const parent = types.getParentType();
  const possible = isAbstractType(parent) ? schema.getPossibleTypes(parent) : [];
  const own = types.getFieldDef() ?? undefined;
  const others = possible.flatMap((type) => type.getFields()[name] ?? []);
  return isObjectType(parent) || isInterfaceType(parent) ? [own, ...others] : others;
}

/** What is not known may depend on anything. */
function isMarked(field: Field | undefined): boolean {
  return field === undefined || field.extensions.dependsOnViewer === true;
}
