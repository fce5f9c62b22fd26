import type { Place } from './place.js';

/** A place with a name. */
export interface NamedPlace extends Place {
  readonly name: string;
  /** What is to be seen, in a few words. */
  readonly note?: string;
}

/** A tour, from the shallow to the deep. */
export const TOUR: readonly NamedPlace[] = [
  {
    name: 'The whole set',
    note: 'a cardioid, a disc, and all that hangs on them',
    x: '-0.75',
    y: '0',
    r: '1.35',
  },
  {
    name: 'Seahorse valley',
    note: 'between the cardioid and the disc of period 2',
    x: '-0.7463',
    y: '0.1102',
    r: '0.006',
  },
  { name: 'Elephant valley', note: 'where the cardioid has its cusp', x: '0.2821', y: '0.0100', r: '0.012' },
  { name: 'Triple spirals', note: 'three arms around one point', x: '-0.0888', y: '0.6552', r: '0.004' },
  {
    name: 'The antenna’s island',
    note: 'the largest small copy, of period 3',
    x: '-1.7585',
    y: '0.0070',
    r: '0.022',
  },
  { name: 'Lightning', note: 'beside the disc of period 3', x: '-0.1592', y: '1.0338', r: '0.012' },
  { name: 'Scepter', note: 'where two seahorses meet', x: '-1.2568', y: '0.3812', r: '0.008' },
  {
    name: 'A copy in the seahorses',
    note: 'the whole, a thousand times smaller',
    x: '-0.74364388703',
    y: '0.13182590421',
    r: '0.00003',
  },
  {
    name: 'Misiurewicz point',
    note: 'the same at every scale, turned',
    x: '-0.1010963638',
    y: '0.9562865108',
    r: '0.0005',
  },
  {
    name: 'Satellite in the elephants',
    note: 'a copy on an elephant’s trunk',
    x: '0.2925755',
    y: '0.0149977',
    r: '0.0004',
  },
  {
    name: 'Tip of the antenna',
    note: 'i’s relative at -2: lines without end',
    x: '-1.99999',
    y: '0.000002',
    r: '0.00001',
  },
  {
    name: 'The branch point i',
    note: 'dendrites: no interior anywhere',
    x: '0.0000001',
    y: '0.9999999',
    r: '0.002',
  },
];
