import { crashMatrix } from './support/matrix.js';
import { FAULTS, pause, Victim } from './support/faults.js';
import { letTimePass, live } from './support/play.js';

const isRefusal = (name: string): boolean => /^E[A-Z]+$/.test(name);

crashMatrix([
  ...FAULTS.filter(({ name }) => !isRefusal(name)).map((fault) => ({ ...fault, at: () => fault })),
  {
    name: 'paused for longer than the lease, while another one does it all',
    hits: () => true,
    at: ({ settings }, layout) =>
      pause(async () => {
        await letTimePass(layout);
        await new Victim(null, 0).run(async () => await live(layout, settings, 'b'));
      }),
  },
]);
