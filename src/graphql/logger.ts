/** Where this room writes what an operator should see: pino's shape, so that its loggers fit as they are. */
export interface Logger {
  error(details: object, message: string): void;
  warn(details: object, message: string): void;
  info(details: object, message: string): void;
}
