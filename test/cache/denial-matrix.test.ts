import { crashMatrix } from './support/matrix.js';
import { FAULTS } from './support/faults.js';

const DENIALS = ['EACCES', 'ESTALE'];
crashMatrix(
  FAULTS.filter(({ name }) => DENIALS.includes(name)).map((fault) => ({ ...fault, at: () => fault })),
);
