import * as z from 'zod';
import { isAddress } from '../../tile/address.js';
import { HubError } from '../hub-error.js';
import type { Stock } from '../stock.js';
import { route, type Route } from './route.js';

const tile = z.object({
  address: z.string(),
  failures: z.number(),
  reasons: z.string().describe('one line each, as volunteers gave them'),
  since: z.iso.datetime(),
});

/** Tiles that failed too often, and what an administrator does about them. */
export function asideRoutes({ stock }: { readonly stock: Stock }): Route[] {
  return [
    route({
      method: 'GET',
      path: '/aside',
      summary: 'Tiles that failed three times and are set aside, with the reasons',
      by: 'anybody',
      body: null,
      answer: z.object({ tiles: z.array(tile) }),
      status: 200,
      handle: async () => ({
        tiles: (await stock.asides()).map(({ since, ...rest }) => ({ ...rest, since: since.toISOString() })),
      }),
    }),
    route({
      method: 'POST',
      path: '/aside/resume',
      summary: 'Gives a tile that was set aside out again: an administrator',
      by: 'person',
      body: z.strictObject({ address: z.string().refine(isAddress, 'expected an address such as M013') }),
      answer: null,
      status: 204,
      handle: async ({ account, body }) => {
        if (account.role !== 'admin') throw new HubError('EFORBIDDEN', 'Only administrators may do that.');
        if (!(await stock.resume(body.address))) throw new HubError('ENONE', 'This tile is not set aside.');
        return null;
      },
    }),
  ];
}
