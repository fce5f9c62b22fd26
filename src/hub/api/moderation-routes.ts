import * as z from 'zod';
import type { Moderation } from '../places/moderation.js';
import { route, type Route } from './route.js';

const state = z.enum(['open', 'hidden']);
const hidden = z.object({
  subject: z.enum(['place', 'comment']),
  id: z.number(),
  place: z.number().describe('the place, or that of the comment'),
  text: z.string().describe('the title, or the comment'),
});
const flagged = hidden.extend({
  state,
  flags: z.number(),
  reasons: z.string().describe('one line each'),
});

/** What curators do. */
export function moderationRoutes({ moderation }: { readonly moderation: Moderation }): Route[] {
  return [
    route({
      method: 'GET',
      path: '/flagged',
      summary: 'What curators should look at, most flags first',
      by: 'account',
      body: null,
      answer: z.object({ flagged: z.array(flagged) }),
      status: 200,
      handle: async ({ account }) => ({ flagged: await moderation.cases(account) }),
    }),
    route({
      method: 'GET',
      path: '/hidden',
      summary: 'What curators have hidden, the newest first: for curators',
      by: 'account',
      body: null,
      answer: z.object({ hidden: z.array(hidden) }),
      status: 200,
      handle: async ({ account }) => ({ hidden: await moderation.hidden(account) }),
    }),
    ...(['place', 'comment'] as const).map((subject) =>
      route({
        method: 'PUT',
        path: `/${subject}s/:${subject}/state`,
        summary: `Shows or hides a ${subject}: a curator`,
        by: 'account',
        body: z.strictObject({ state }),
        answer: null,
        status: 204,
        handle: async ({ account, ids, body }) => {
          await moderation.decide(account, subject, ids[subject], body.state);
          return null;
        },
      }),
    ),
  ];
}
