import * as z from 'zod';
import { HubError } from '../hub-error.js';
import type { Pictures } from '../places/pictures.js';
import type { Places } from '../places/places.js';
import { route, type Route } from './route.js';

/** A picture of a name never changes. */
const FOR_EVER = 'public, max-age=31536000, immutable';

/** Pictures of places. */
export function pictureRoutes(parts: { readonly places: Places; readonly pictures: Pictures }): Route[] {
  const { places, pictures } = parts;
  return [
    route({
      method: 'GET',
      path: '/places/:place/picture',
      summary: 'The picture of a place, when the cluster has made it',
      by: 'visitor',
      body: null,
      query: {
        name: z
          .string()
          .regex(/^[0-9a-f]{64}$/, 'expected the name of a picture')
          .optional()
          .describe('what the place names it by: then it may be kept for ever'),
      },
      answer: 'picture',
      status: 200,
      handle: async ({ account, ids, query, reply }) => {
        const place = await places.get(account, ids.place);
        const picture = await pictures.read(ids.place);
        if (picture === null) throw new HubError('ENONE', 'There is no picture of this place yet.');
        const mayBeKept = query['name'] === picture.digest && place.state === 'open';
        reply.header('Cache-Control', mayBeKept ? FOR_EVER : 'no-store');
        return Buffer.from(picture.bytes);
      },
    }),
  ];
}
