/**
 * `Content-Disposition: attachment` with the file name in both forms (RFC 6266): ASCII for old clients, UTF-8 for all
 * others. Always both, so that a client need not guess which one it gets.
 */

export function attachment(fileName: string): string {
  return `attachment; filename="${toAscii(fileName)}"; filename*=UTF-8''${encode(fileName)}`;
}

/** What is no printable ASCII becomes an underscore after its accents are taken off. */
function toAscii(fileName: string): string {
  const ascii = fileName
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\x20-\x7e]/gu, '_')
    // A quote would end the string, and some clients read a percent sign as an escape. Slashes come of their fullwidth
    // forms and would lead out of the folder of who takes this name; file systems reserve the others.
    .replace(/["\\/%<>:|?*]/g, '_');
  // Dots alone would name a folder, and nothing no file.
  return /^\.*$/.test(ascii) ? '_' : ascii;
}

/** RFC 8187: everything but attr-char is percent-encoded. */
function encode(fileName: string): string {
  return encodeURIComponent(fileName).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
