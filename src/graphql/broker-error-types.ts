/** Broker errors as types of the schema: the error members of every mutation's union. */
import type { BrokerError, InputProblem } from '../domain/result.ts';
import type { ErrorMember } from './broker-error.ts';
import { builder } from './builder.ts';
import { ErrorCodeEnum } from './error-code.ts';

const CODE = 'Stable and machine-readable, such as RECIPIENT_NOT_IN_ACCESS_LIST.';
const MESSAGE = 'One sentence for a person, which names the value at fault.';

/** What all error members have in common. */
export const BrokerErrorInterface = builder.interfaceRef<ErrorMember>('BrokerError').implement({
  description: 'Why a mutation did nothing.',
  fields: (t) => ({
    code: t.expose('code', { type: ErrorCodeEnum, description: CODE }),
    message: t.exposeString('message', { description: MESSAGE }),
  }),
});

const InputProblemType = builder.objectRef<InputProblem>('InputProblem').implement({
  description: 'One thing that is wrong with an input.',
  fields: (t) => ({
    field: t.exposeString('field', {
      nullable: true,
      description:
        'The path of the input field at fault, such as recipients.0; null for the input as a whole.',
    }),
    code: t.expose('code', { type: ErrorCodeEnum, description: CODE }),
    message: t.exposeString('message', { description: MESSAGE }),
  }),
});

/** The input is at fault. */
export const ValidationErrorType = builder.objectRef<ErrorMember>('ValidationError').implement({
  description:
    'The input is at fault: INVALID_…, DIGEST_MISMATCH, FILE_TOO_LARGE, RECIPIENT_NOT_IN_ACCESS_LIST, REQUIRED_PARTY_…, VIRUS_SCAN_REQUIRED, WEBHOOK_URL_NOT_ALLOWED.',
  interfaces: [BrokerErrorInterface],
  fields: (t) => ({
    field: t.string({
      nullable: true,
      description: 'The path of the first input field at fault, such as recipients.0.',
      resolve: ({ field }) => field ?? null,
    }),
    problems: t.field({
      type: [InputProblemType],
      description: 'Everything at fault, at most 100, so that a caller mends all of it at once.',
      resolve: (error) => error.problems ?? [toProblem(error)],
    }),
  }),
});

/** An error that came without a list of problems is a list of one. */
function toProblem({ code, message, field }: BrokerError): InputProblem {
  return { code, message, field: field ?? null };
}

/** The caller may not. */
export const AccessDeniedErrorType = builder.objectRef<ErrorMember>('AccessDeniedError').implement({
  description:
    'The caller may not do it: INSUFFICIENT_SCOPE, NO_ACCESS_TO_RESOURCE, NOT_THE_SENDER, NOT_A_RECIPIENT, NOT_RESOURCE_OWNER.',
  interfaces: [BrokerErrorInterface],
});

/** What the input names is not there. */
export const NotFoundErrorType = builder.objectRef<ErrorMember>('NotFoundError').implement({
  description:
    'What the input names is not there, or the viewer may not see it: …_NOT_FOUND, SERVICE_OWNER_NOT_REGISTERED.',
  interfaces: [BrokerErrorInterface],
});

/** The state of things does not allow it. */
export const ConflictErrorType = builder.objectRef<ErrorMember>('ConflictError').implement({
  description:
    'The request is sound, but the state of things does not allow it: every code that no other error carries.',
  interfaces: [BrokerErrorInterface],
});
