import { crashMatrix } from './support/matrix.js';
import { FAULTS } from './support/faults.js';

crashMatrix(
  FAULTS.filter(({ name }) => /^E[A-Z]+$/.test(name)).map((fault) => ({ ...fault, at: () => fault })),
);
