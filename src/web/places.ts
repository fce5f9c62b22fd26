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
    name: 'The island on the antenna',
    note: 'the largest small copy, of period 3',
    x: '-1.7585',
    y: '0.007',
    r: '0.022',
  },
  { name: 'Elephant valley', note: 'at the cusp of the cardioid', x: '0.2835', y: '0.0105', r: '0.004' },
  {
    name: 'Seahorse valley',
    note: 'between the cardioid and the disc of period 2',
    x: '-0.7463',
    y: '0.1102',
    r: '0.006',
  },
  { name: 'Triple spirals', note: 'along the component of period 3', x: '-0.0888', y: '0.6552', r: '0.004' },
  { name: 'Starfish', note: 'arms around a branch point', x: '-0.374004139', y: '0.659792175', r: '0.004' },
  { name: 'Seahorse’s tail', note: 'a spiral of spirals', x: '-0.7453', y: '0.1127', r: '0.00065' },
  {
    name: 'Three-armed branch',
    note: 'the same at every scale, turned',
    x: '-0.1010963638',
    y: '0.9562865108',
    r: '0.0005',
  },
  {
    name: 'Elephant’s satellite',
    note: 'a copy, with the decoration of its surroundings',
    x: '0.2925755',
    y: '0.0149977',
    r: '0.0004',
  },
  { name: 'Sun', note: 'in the mirrored half', x: '-0.776592847', y: '-0.136640848', r: '0.00005' },
  {
    name: 'Double spirals',
    note: 'a copy deep among the seahorses',
    x: '-0.74364388703',
    y: '0.13182590421',
    r: '0.00003',
  },
  {
    name: 'Beside that copy',
    note: 'a hundred times deeper',
    x: '-0.743644786',
    y: '0.1318252536',
    r: '0.0000003',
  },
];
