export {
  type Answer,
  internalError,
  methodNotAllowed,
  sendAnswer,
  statusOf,
  toProblem,
} from './answer.ts';
export { type Connections, trackConnections } from './connections.ts';
export { applyCors, type CorsOrigins } from './cors.ts';
export { declineUpgrade, offersUpgrade } from './decline-upgrade.ts';
export {
  type Cidr,
  clientAddress,
  isLoopback,
  parseCidr,
  type RequestOrigin,
} from './request-origin.ts';
