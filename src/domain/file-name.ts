/** File names as senders give them: shown to people and offered by browsers when saving, never a path of the broker's. */
import { parseText } from './text.ts';

/** Also those that turn the direction of writing, with which an .exe can look like a .pdf. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for.
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

/** Device names of Windows, with or without an extension: a file of that name cannot be saved there. */
const RESERVED_NAMES = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]) *(?:\.|$)/i;

/** The name in NFC, or what is wrong with it, as the end of a sentence. */
export function parseFileName(
  name: string,
): { readonly text: string } | { readonly wrong: string } {
  const parsed = parseText(name, { min: 1, max: 255 });
  if ('wrong' in parsed) return parsed;
  const { text } = parsed;
  if (CONTROL_CHARACTERS.test(text)) return { wrong: 'has a control character' };
  if (/[/\\]/.test(text)) return { wrong: 'has a path separator; give the name alone' };
  if (text.endsWith('.')) return { wrong: 'ends with a dot' };
  if (RESERVED_NAMES.test(text)) return { wrong: 'is a name that file systems reserve' };
  return { text };
}
