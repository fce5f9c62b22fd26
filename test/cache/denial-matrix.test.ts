import { crashMatrix } from './support/matrix.js';
import { FAULTS } from './support/faults.js';

const DENIALS = new Set(['EACCES', 'ESTALE']);
crashMatrix(FAULTS.filter(({ name }) => DENIALS.has(name)).map((fault) => ({ ...fault, at: () => fault })));
