import * as z from 'zod';
import { HubError } from '../hub-error.js';
import type { Comments } from '../places/comments.js';
import type { Moderation } from '../places/moderation.js';
import { commentText, decimal, flagText, placeText, positive } from '../places/place.js';
import type { Place } from '../places/place-rows.js';
import type { Places } from '../places/places.js';
import { route, type Route } from './route.js';

const number = z.number();
const name = z.string().nullable().describe('null of a deleted account');
const time = z.iso.datetime();
const made = z.object({ id: number });
const place = z.object({
  id: number,
  by: name,
  title: z.string(),
  text: z.string(),
  links: z.array(z.object({ label: z.string(), url: z.string() })),
  re: z.string(),
  im: z.string(),
  radius: z.string(),
  theme: z.string(),
  tags: z.array(z.string()),
  votes: number,
  comments: number,
  state: z.enum(['open', 'hidden']),
  created: time,
  edited: time.nullable(),
  pictureState: z
    .enum(['ready', 'waiting', 'deep', 'outside'])
    .describe('there, not yet, too deep for a picture, or nothing to be seen'),
  picture: z.string().nullable().describe('the name of its picture, which changes with the picture'),
});
const onePlace = place.extend({
  viewer: z
    .object({ voted: z.boolean(), mayChange: z.boolean(), isCurator: z.boolean() })
    .nullable()
    .describe('what it is to whoever asks; null for whoever has not signed in'),
});
const comment = z.object({ id: number, by: name, text: z.string(), created: time, mayRemove: z.boolean() });

/** What these routes work with. */
export interface PlaceParts {
  readonly places: Places;
  readonly comments: Comments;
  readonly moderation: Moderation;
  /** Told when a place was added or changed. */
  readonly onChange: () => void;
}

/** Things worth seeing: adding, finding, votes and comments. */
export function placeRoutes({ places, comments, moderation, onChange }: PlaceParts): Route[] {
  return [
    route({
      method: 'GET',
      path: '/places',
      summary: 'Open places, those with most votes first',
      by: 'anybody',
      body: null,
      query: {
        words: z.string().max(200).optional().describe('words, in any order'),
        tag: z.string().max(30).optional().describe('one tag'),
        re: decimal.optional().describe('of the middle of a square that their centres are in'),
        im: decimal.optional(),
        radius: positive.optional().describe('half of its side'),
        sort: z.enum(['votes', 'new']).optional().describe('the first ones first; "votes" without it'),
        from: z
          .string()
          .regex(/^[0-9]{1,5}$/, 'expected a whole number below 100,000')
          .optional()
          .describe('how many to pass over'),
      },
      answer: z.object({ places: z.array(place), hasMore: z.boolean().describe('behind these') }),
      status: 200,
      handle: async ({ query }) => {
        const { words, tag, re, im, radius, sort, from } = query;
        const isWhole =
          (re === undefined) === (im === undefined) && (re === undefined) === (radius === undefined);
        if (!isWhole)
          throw new HubError('EBODY', 'expected ?re=, ?im= and ?radius= together, or none of them');
        const found = await places.list({
          ...(words ? { words } : {}),
          ...(tag ? { tag } : {}),
          ...(re && im && radius ? { area: { re, im, radius } } : {}),
          sort: sort === 'new' ? 'new' : 'votes',
          from: Number(from ?? 0),
        });
        return { places: found.places.map(describe), hasMore: found.hasMore };
      },
    }),
    route({
      method: 'POST',
      path: '/places',
      summary: 'Adds a place',
      by: 'account',
      body: placeText,
      answer: made,
      status: 201,
      handle: async ({ account, body }) => {
        const id = await places.add(account.id, body);
        onChange();
        return { id };
      },
    }),
    route({
      method: 'GET',
      path: '/places/:place',
      summary: 'One place',
      by: 'visitor',
      body: null,
      answer: onePlace,
      status: 200,
      handle: async ({ account, ids }) => ({
        ...describe(await places.get(account, ids.place)),
        viewer: await places.standing(account, ids.place),
      }),
    }),
    route({
      method: 'PUT',
      path: '/places/:place',
      summary: 'Changes a place: its author or a curator',
      by: 'account',
      body: placeText,
      answer: null,
      status: 204,
      handle: async ({ account, ids, body }) =>
        await nothing(places.edit(account, ids.place, body).then(onChange)),
    }),
    route({
      method: 'DELETE',
      path: '/places/:place',
      summary: 'Removes a place: its author or a curator',
      by: 'account',
      body: null,
      answer: null,
      status: 204,
      handle: async ({ account, ids }) => await nothing(places.remove(account, ids.place)),
    }),
    ...([true, false] as const).map((isFor) =>
      route({
        method: isFor ? 'PUT' : 'DELETE',
        path: '/places/:place/vote',
        summary: isFor ? 'Votes for a place; once, however often' : 'Takes a vote back',
        by: 'account',
        body: null,
        answer: null,
        status: 204,
        handle: async ({ account, ids }) => await nothing(places.vote(account.id, ids.place, isFor)),
      }),
    ),
    route({
      method: 'GET',
      path: '/places/:place/comments',
      summary: 'What people say of a place, oldest first',
      by: 'visitor',
      body: null,
      query: {
        after: z
          .string()
          .regex(/^[0-9]{1,15}$/, 'expected the number of a comment')
          .optional()
          .describe('number of a comment: those after it'),
      },
      answer: z.object({ comments: z.array(comment) }),
      status: 200,
      handle: async ({ account, ids, query }) => {
        const found = await comments.list(account, ids.place, Number(query.after ?? 0));
        return {
          comments: found.map(({ created, ...rest }) => ({ ...rest, created: created.toISOString() })),
        };
      },
    }),
    route({
      method: 'POST',
      path: '/places/:place/comments',
      summary: 'Comments on a place',
      by: 'account',
      body: commentText,
      answer: made,
      status: 201,
      handle: async ({ account, ids, body }) => ({
        id: await comments.add(account.id, ids.place, body.text),
      }),
    }),
    route({
      method: 'DELETE',
      path: '/comments/:comment',
      summary: 'Removes a comment: its author or a curator',
      by: 'account',
      body: null,
      answer: null,
      status: 204,
      handle: async ({ account, ids }) => await nothing(comments.remove(account, ids.comment)),
    }),
    ...(['place', 'comment'] as const).map((subject) =>
      route({
        method: 'POST',
        path: `/${subject}s/:${subject}/flag`,
        summary: `Says that a ${subject} should not stand there; three accounts hide it until a curator has looked`,
        by: 'account',
        body: flagText,
        answer: null,
        status: 204,
        handle: async ({ account, ids, body }) =>
          await nothing(moderation.flag(account.id, subject, ids[subject], body.reason)),
      }),
    ),
  ];
}

async function nothing(done: Promise<void>): Promise<null> {
  await done;
  return null;
}

function describe({ created, edited, links, tags, picture_state, ...rest }: Place): z.infer<typeof place> {
  return {
    ...rest,
    pictureState: picture_state,
    links: [...links],
    tags: [...tags],
    created: created.toISOString(),
    edited: edited?.toISOString() ?? null,
  };
}
