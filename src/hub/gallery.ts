import type { Logger } from 'pino';
import { deepestLevel, type Layout } from '../cache/layout.js';
import { DEFAULT_FILM_LIMITS } from '../serve/film-limits.js';
import type { Address } from '../tile/address.js';
import { makePicture } from '../zoom/make-picture.js';
import { moderationRoutes } from './api/moderation-routes.js';
import { pictureRoutes } from './api/picture-routes.js';
import { placeRoutes } from './api/place-routes.js';
import type { Route } from './api/route.js';
import type { Database } from './db/database.js';
import { Comments } from './places/comments.js';
import { Moderation } from './places/moderation.js';
import { PicturePainter } from './places/picture-painter.js';
import { Pictures } from './places/pictures.js';
import { Places } from './places/places.js';

/** What the gallery works with. */
export interface GalleryParts {
  readonly db: Database;
  readonly layout: Layout;
  /** Tiles of this level and deeper ones are not asked for. */
  readonly maxLevel: number;
  readonly logger: Logger;
  /** Told again and again which tiles pictures wait for. */
  readonly onLacking: (tiles: readonly Address[]) => void;
}

/** Things worth seeing, with what people say of them and their pictures. */
export class Gallery {
  readonly #places: Places;
  readonly #comments: Comments;
  readonly #moderation: Moderation;
  readonly #pictures: Pictures;
  readonly #painter: PicturePainter;

  constructor({ db, layout, maxLevel: most, logger, onLacking }: GalleryParts) {
    // As deep as films are made for visitors, and as the cache goes.
    const maxLevel = Math.min(DEFAULT_FILM_LIMITS.level, most, deepestLevel(layout.root));
    this.#places = new Places(db, maxLevel);
    this.#comments = new Comments(db);
    this.#moderation = new Moderation(db);
    this.#pictures = new Pictures(db);
    this.#painter = new PicturePainter({
      pictures: this.#pictures,
      layout,
      maxLevel,
      logger,
      onLacking,
      make: makePicture,
    });
  }

  /** Begins to make pictures. */
  start(): void {
    this.#painter.start();
  }

  async close(): Promise<void> {
    await this.#painter.close();
  }

  /** What is answered over HTTP. */
  get routes(): Route[] {
    const [places, comments, moderation, pictures] = [
      this.#places,
      this.#comments,
      this.#moderation,
      this.#pictures,
    ];
    return [
      ...placeRoutes({ places, comments, moderation, onChange: () => this.#painter.wake() }),
      ...pictureRoutes({ places, pictures }),
      ...moderationRoutes({ moderation }),
    ];
  }
}
