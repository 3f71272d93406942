/** The folder of the checkout that the tests run in. */
import { dirname } from 'node:path';

export const CHECKOUT = dirname(dirname(import.meta.dirname));
