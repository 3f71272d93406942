/**
 * Whether a schema contains the contract: everything in it under the same names, types, nullability and defaults.
 * graphql's own comparison tells what is missing or would break a client. It lets pass a type that became stricter, a
 * default where there was none, and every default of an input field, so those are compared here.
 */
import {
  astFromValue,
  findBreakingChanges,
  findDangerousChanges,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedDirective,
  isSpecifiedScalarType,
  print,
} from 'graphql';

/** What of the contract is missing in a schema or differs from it, a sentence each. */
export function findDifferences(contract: GraphQLSchema, ours: GraphQLSchema): string[] {
  const changes = [
    ...findBreakingChanges(contract, ours),
    ...findDangerousChanges(contract, ours).filter(
      ({ type }) => type === 'ARG_DEFAULT_VALUE_CHANGE',
    ),
  ].map(({ description }) => description);
  const ourParts = new Map(typedParts(ours).map((part) => [part.coordinate, part]));
  const differences = typedParts(contract).flatMap((part) => {
    const our = ourParts.get(part.coordinate);
    // A part that is missing was told of above.
    return our === undefined ? [] : differencesOf(part, our);
  });
  return [...new Set([...changes, ...differences])];
}

/** A field, argument or input field: what has a type, and perhaps a default. */
interface TypedPart {
  readonly coordinate: string;
  readonly type: string;
  /** As GraphQL writes it; undefined where there is none. */
  readonly defaultValue: string | undefined;
  readonly description: string | null | undefined;
}

function differencesOf(theirs: TypedPart, ours: TypedPart): string[] {
  const differences: string[] = [];
  if (theirs.type !== ours.type) {
    differences.push(
      `${theirs.coordinate} is ${theirs.type} in the contract and ${ours.type} here.`,
    );
  }
  if (theirs.defaultValue !== ours.defaultValue) {
    const told = (value: string | undefined) => value ?? 'nothing';
    differences.push(
      `${theirs.coordinate} defaults to ${told(theirs.defaultValue)} in the contract and to ${told(ours.defaultValue)} here.`,
    );
  }
  return differences;
}

function typedParts(schema: GraphQLSchema): TypedPart[] {
  return ownTypes(schema).flatMap((type) => {
    if (isInputObjectType(type)) {
      return Object.values(type.getFields()).map((field) =>
        toInputPart(`${type.name}.${field.name}`, field),
      );
    }
    if (!isObjectType(type) && !isInterfaceType(type)) return [];
    return Object.values(type.getFields()).flatMap((field) => {
      const coordinate = `${type.name}.${field.name}`;
      return [
        {
          coordinate,
          type: String(field.type),
          defaultValue: undefined,
          description: field.description,
        },
        ...field.args.map((arg) => toInputPart(`${coordinate}(${arg.name}:)`, arg)),
      ];
    });
  });
}

function toInputPart(coordinate: string, part: GraphQLArgument | GraphQLInputField): TypedPart {
  const value =
    part.defaultValue === undefined ? undefined : astFromValue(part.defaultValue, part.type);
  return {
    coordinate,
    type: String(part.type),
    defaultValue: value ? print(value) : undefined,
    description: part.description,
  };
}

function ownTypes(schema: GraphQLSchema): GraphQLNamedType[] {
  return Object.values(schema.getTypeMap()).filter(
    (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
  );
}

/** The coordinates of everything that carries no description. */
export function findUndescribed(schema: GraphQLSchema): string[] {
  const directives = schema.getDirectives().filter((directive) => !isSpecifiedDirective(directive));
  const parts: Pick<TypedPart, 'coordinate' | 'description'>[] = [
    ...ownTypes(schema).map((type) => ({ coordinate: type.name, description: type.description })),
    ...typedParts(schema),
    ...ownTypes(schema)
      .filter(isEnumType)
      .flatMap((type) =>
        type.getValues().map((value) => ({
          coordinate: `${type.name}.${value.name}`,
          description: value.description,
        })),
      ),
    ...directives.flatMap(({ name, description, args }) => [
      { coordinate: `@${name}`, description },
      ...args.map((arg) => toInputPart(`@${name}(${arg.name}:)`, arg)),
    ]),
  ];
  return parts
    .filter(({ description }) => (description ?? '').trim() === '')
    .map(({ coordinate }) => coordinate);
}
