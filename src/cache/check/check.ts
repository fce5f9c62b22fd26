import { observe } from '../observe.js';
import type { Layout } from '../layout.js';
import { checkBoring, checkLeftovers, checkPictures, checkStrays } from './others.js';
import type { Findings, Problem } from './problem.js';
import { look, type Scene } from './scene.js';
import { checkPlaces, checkPyramid, checkRaws } from './tiles.js';

/** A step of the check, when it is through. */
export interface StepReport {
  readonly step: string;
  /** What it counted. */
  readonly examined: number;
  readonly problems: readonly Problem[];
  readonly milliseconds: number;
}

/** One step of the check. */
export interface Step {
  readonly name: string;
  readonly run: (scene: Scene) => Promise<Findings>;
}

const STEPS: readonly Step[] = [
  { name: 'folders hold nothing else', run: checkStrays },
  { name: 'nothing is left of the dead', run: checkLeftovers },
  { name: 'boring.txt is sound', run: checkBoring },
  { name: 'raw files are whole', run: checkRaws },
  { name: 'each tile is in one place', run: checkPlaces },
  { name: 'the pyramid is complete', run: checkPyramid },
  { name: 'pictures are there', run: checkPictures },
];

/** How a cache is checked. */
export interface CheckOptions {
  /** Unique among those who look at the same time. */
  readonly name: string;
  /** Seconds of silence after which a client counts as dead. */
  readonly lease: number;
  /** Steps beside the usual ones. */
  readonly more?: readonly Step[];
  /** Told when a step is through. */
  readonly onStep: (report: StepReport) => void;
}

/** Examines a whole cache and changes nothing. Daemons may run meanwhile. */
export async function checkCache(layout: Layout, options: CheckOptions): Promise<Problem[]> {
  const { name, lease, more = [], onStep } = options;
  const scene = await observe(layout, name, async (now) => await look(layout, now, lease));
  const all: Problem[] = [];
  for (const { name: step, run } of [...STEPS, ...more]) {
    const start = performance.now();
    const { examined, problems } = await run(scene);
    onStep({ step, examined, problems, milliseconds: performance.now() - start });
    all.push(...problems);
  }
  return all;
}
