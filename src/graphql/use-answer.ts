/** Decides how a result is answered: as JSON with the status that it deserves, or as server-sent events. */
import type { ExecutionResult, GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { ERROR_CODES } from '../domain/error-code.ts';
import { type AnswerType, chooseAnswerType } from './accept.ts';
import type { ExchangeContext } from './exchange.ts';
import type { Logger } from './logger.ts';
import { codeOf, presentResult } from './present-errors.ts';
import type { HttpRefusal } from './refuse-request.ts';

/** Takes the place of Yoga's own result processors. What is to be sent is left in the exchange, for the server to send. */
export function useAnswer(logger: Logger): Plugin<ExchangeContext, ExchangeContext> {
  return {
    onResultProcess({ result, serverContext, setResultProcessor }) {
      const { exchange } = serverContext;
      const type = chooseAnswerType(exchange.req.headers.accept) ?? 'application/json';
      setResultProcessor((_, { Response }) => {
        if (Symbol.asyncIterator in result) {
          exchange.results = result;
          return new Response(null);
        }
        // Batches are refused before they are run.
        const [answer = {}] = [result].flat();
        if (type === 'text/event-stream' && answer.data !== undefined) {
          exchange.results = once(answer);
          return new Response(null);
        }
        const { requestId } = exchange.origin;
        exchange.answer = {
          status: statusOf(answer, type),
          headers: {
            ...headersOf(answer),
            'Content-Type': `${type === 'text/event-stream' ? 'application/json' : type}; charset=utf-8`,
            'Cache-Control': 'no-store',
            'X-Content-Type-Options': 'nosniff',
          },
          body: JSON.stringify(presentResult(answer, { logger, requestId })),
        };
        return new Response(null);
      }, type);
    },
  };
}

async function* once(result: ExecutionResult) {
  yield result;
}

/**
 * An answer with data is a 200, whatever else it tells. A refused request has the status of its errors; only where the
 * specification of GraphQL over HTTP asks for 200 with `application/json` it gets that.
 */
function statusOf({ data, errors = [] }: ExecutionResult, type: AnswerType): number {
  if (data !== undefined) return 200;
  const refusals = errors.map(refusalOf);
  if (type === 'application/json' && refusals.every(({ spec }) => spec === true)) return 200;
  return Math.max(400, ...refusals.map(({ status }) => status));
}

function headersOf({ data, errors = [] }: ExecutionResult): Record<string, string> {
  if (data !== undefined) return {};
  return Object.assign({}, ...errors.map((error) => refusalOf(error).headers));
}

function refusalOf(error: GraphQLError): HttpRefusal {
  const { http } = error.extensions;
  const { status = ERROR_CODES[codeOf(error)].status, headers, spec } = http ?? {};
  return { status, ...(headers && { headers }), ...(spec !== undefined && { spec }) };
}
