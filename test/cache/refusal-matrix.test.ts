import { crashMatrix } from './support/matrix.js';
import { FAULTS } from './support/faults.js';

// The others stand in another file, so that two processes share the work.
const REFUSALS = new Set(['EIO', 'ENOSPC']);
crashMatrix(FAULTS.filter(({ name }) => REFUSALS.has(name)).map((fault) => ({ ...fault, at: () => fault })));
