/** The broker as a process: environment in, JSON logs out, and an orderly end at SIGTERM or SIGINT. */
import pino from 'pino';
import { preferProduction, readConfig } from './config.ts';
import { StartFault } from './start-fault.ts';

async function main(): Promise<void> {
  const result = readConfig(process.env);
  if ('faults' in result) {
    for (const line of result.faults) process.stderr.write(`${line}\n`);
    process.exitCode = 1;
    return;
  }
  // Before the libraries are loaded that ask for it.
  preferProduction(process.env);
  const { startBroker } = await import('./broker.ts');
  // Written at once: what waits to be written would hold up the end for ever where its reader has gone.
  const destination = pino.destination({ dest: process.stdout.fd, sync: true });
  const logger = pino({ level: result.config.logLevel }, destination);
  const broker = await startBroker(result.config, { logger });
  let isStopping = false;
  const stop = (signal: string) => {
    // A terminal's Ctrl-C comes twice through npm, which passes it on: the first one counts.
    if (isStopping) return;
    isStopping = true;
    logger.info({ signal }, 'stopping');
    broker.close().then(
      () => {
        logger.info('stopped');
        process.exit(0);
      },
      (error: unknown) => {
        logger.fatal({ err: error }, 'failed to stop');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // Who waits for this line may stop the broker at once.
  logger.info({ url: broker.url }, 'listening');
}

main().catch((error: unknown) => {
  const said = error instanceof Error ? error.message : String(error);
  process.stderr.write(
    error instanceof StartFault ? `${said}\n` : `Ferje could not start: ${said}\n`,
  );
  process.exit(1);
});
