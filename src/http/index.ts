export { type Answer, sendAnswer, statusOf, toProblem } from './answer.ts';
export { applyCors, type CorsOrigins } from './cors.ts';
export {
  type Cidr,
  clientAddress,
  isLoopback,
  parseCidr,
  type RequestOrigin,
} from './request-origin.ts';
