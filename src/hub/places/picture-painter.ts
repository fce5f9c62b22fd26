import type { Logger } from 'pino';
import type { Layout } from '../../cache/layout.js';
import { encodeRgbJpeg } from '../../image/jpeg.js';
import type { Address } from '../../tile/address.js';
import type { makePicture } from '../../zoom/make-picture.js';
import { Alarm } from '../alarm.js';
import { PICTURE, pictureFrameOf } from './picture-frame.js';
import { timeFor, type Pictures, type PictureTask } from './pictures.js';

/** Pictures at a time: one that waits for dear tiles holds up one other lane only. */
const LANES = 2;
/** How often it is looked for what is to be made, in milliseconds; other hubs may have taken a place in. */
const LOOK_MS = 5000;
/** Pause after an error, in milliseconds. */
const RETRY_MS = 10_000;
/** A picture none of whose tiles has come for so long is given up for now, in milliseconds. */
const STALL_MS = 60_000;
/** The key of a picture on which there would be nothing. */
const NOTHING = 'nothing';
/** Places that are planned in one go. */
const PLANNED = 50;

/** What the painter works with. */
export interface PainterParts {
  readonly pictures: Pictures;
  readonly layout: Layout;
  /** Deepest level of whose tiles pictures are made. */
  readonly maxLevel: number;
  readonly logger: Logger;
  /** Told again and again which tiles are waited for. */
  readonly onLacking: (tiles: readonly Address[]) => void;
  readonly make: typeof makePicture;
}

/**
 * Makes the pictures of places, a few at a time. Their tiles are asked for in the cache like those of a film, so all machines that serve it compute
 * them. What does not come in its time waits behind all that is newer, and goes on from the tiles that are there.
 */
export class PicturePainter {
  readonly #parts: PainterParts;
  readonly #alarms = Array.from({ length: LANES }, () => new Alarm());
  readonly #planAlarm = new Alarm();
  readonly #closing = new AbortController();
  #running: Promise<unknown> = Promise.resolve();

  constructor(parts: PainterParts) {
    this.#parts = parts;
  }

  start(): void {
    const lanes = this.#alarms.map(
      async (alarm) =>
        await this.#repeat(alarm, async () => {
          const task = await this.#parts.pictures.claim(this.#parts.maxLevel);
          if (task === null) await alarm.sleep(LOOK_MS);
          else await this.#paint(task);
        }),
    );
    // By itself: also while all lanes are busy it is told of a place that there will be no picture.
    const planning = this.#repeat(this.#planAlarm, async () => {
      if (await this.#plan()) for (const alarm of this.#alarms) alarm.ring();
      else await this.#planAlarm.sleep(LOOK_MS);
    });
    this.#running = Promise.all([...lanes, planning]);
  }

  /** A place is new, or was changed. */
  wake(): void {
    this.#planAlarm.ring();
  }

  /** Gives up what is under way: it is begun again with the next start. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('the hub is ending'));
    for (const alarm of [...this.#alarms, this.#planAlarm]) alarm.ring();
    await this.#running;
  }

  get #isOver(): boolean {
    return this.#closing.signal.aborted;
  }

  async #repeat(alarm: Alarm, step: () => Promise<void>): Promise<void> {
    while (!this.#isOver) {
      try {
        await step();
      } catch (error) {
        this.#parts.logger.warn({ err: error }, 'pictures of places could not be looked for; trying again');
        if (!this.#isOver) await alarm.sleep(RETRY_MS);
      }
    }
  }

  /** @returns whether there was anything to plan */
  async #plan(): Promise<boolean> {
    const { pictures } = this.#parts;
    const unknown = await pictures.unknown(PLANNED);
    for (const { place, view } of unknown) {
      const frame = pictureFrameOf(view);
      await pictures.plan(place, view, frame?.key ?? NOTHING, frame?.level ?? null);
    }
    return unknown.length > 0;
  }

  async #paint(task: PictureTask): Promise<void> {
    const { pictures, layout, logger, onLacking, make } = this.#parts;
    const frame = pictureFrameOf(task.view);
    if (frame === null) return;
    const late = new AbortController();
    const giveUp = (): void => late.abort(new Error('its tiles have not come in time'));
    const end = setTimeout(giveUp, timeFor(task));
    let stall = setTimeout(giveUp, STALL_MS);
    let seen = '';
    try {
      const rgb = await make({
        layout,
        request: frame.request,
        onLacking,
        signal: AbortSignal.any([late.signal, this.#closing.signal]),
        onProgress: ({ computed, missing }) => {
          if (seen === `${computed} ${missing}`) return;
          seen = `${computed} ${missing}`;
          clearTimeout(stall);
          stall = setTimeout(giveUp, STALL_MS);
        },
      });
      await pictures.keep(task, encodeRgbJpeg(rgb, PICTURE.width));
    } catch (error) {
      if (this.#isOver) await pictures.release(task);
      else if (late.signal.aborted)
        logger.info(
          { place: task.place, tries: task.tries + 1 },
          'a picture of a place has to wait for tiles',
        );
      else
        logger.warn(
          { place: task.place, err: error },
          'the picture of a place could not be made; trying again later',
        );
    } finally {
      clearTimeout(end);
      clearTimeout(stall);
    }
  }
}
