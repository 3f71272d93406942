/** Where a ClamAV daemon listens. */
import { isAbsolute } from 'node:path';

export type ClamdAddress =
  | { readonly host: string; readonly port: number }
  | { readonly path: string };

/** `tcp://HOST:PORT` or `unix:PATH` with an absolute path; undefined for anything else. */
export function parseClamdUrl(text: string): ClamdAddress | undefined {
  const path = /^unix:(?:\/\/(?=\/))?(.+)$/.exec(text)?.[1];
  if (path !== undefined) return isAbsolute(path) ? { path } : undefined;
  const url = text.startsWith('tcp://') && URL.canParse(text) ? new URL(text) : undefined;
  // Of a scheme that it does not know, URL checks neither the path nor what else there is.
  const isPlain = url !== undefined && /^tcp:\/\/[^/?#@]+:\d{1,5}$/.test(text);
  if (!isPlain || url.hostname === '' || Number(url.port) < 1) return undefined;
  return { host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(url.port) };
}

/** As it may be spoken of. */
export function describeAddress(address: ClamdAddress): string {
  return 'path' in address ? `unix:${address.path}` : `tcp://${address.host}:${address.port}`;
}
