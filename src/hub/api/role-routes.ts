import * as z from 'zod';
import type { Account } from '../accounts.js';
import { HubError } from '../hub-error.js';
import type { Roles } from '../roles.js';
import { route, type Route } from './route.js';

const name = z.string().max(100);
const person = z.object({ name, role: z.enum(['curator', 'admin']) });

/** Who may do more than others: administrators see them, and appoint curators. */
export function roleRoutes({ roles }: { readonly roles: Roles }): Route[] {
  return [
    route({
      method: 'GET',
      path: '/roles',
      summary: 'Curators and administrators: for administrators',
      by: 'account',
      body: null,
      answer: z.object({ people: z.array(person) }),
      status: 200,
      handle: async ({ account }) => {
        assertAdmin(account);
        const people = await roles.appointed();
        return { people: people.flatMap((one) => (one.role === 'user' ? [] : [{ ...one, role: one.role }])) };
      },
    }),
    route({
      method: 'PUT',
      path: '/roles',
      summary: 'Makes somebody a curator, or takes that back: an administrator',
      by: 'person',
      body: z.strictObject({ name, role: z.enum(['user', 'curator']) }),
      answer: null,
      status: 204,
      handle: async ({ account, body }) => {
        assertAdmin(account);
        await roles.appoint(body.name, body.role);
        return null;
      },
    }),
  ];
}

function assertAdmin({ role }: Account): void {
  if (role !== 'admin') throw new HubError('EFORBIDDEN', 'Only administrators may do that.');
}
