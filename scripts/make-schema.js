// Writes docs/zoom-request.schema.json: what a request for a film may be.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { requestJsonSchema } from '../dist/zoom/request.js';

const path = fileURLToPath(new URL('../docs/zoom-request.schema.json', import.meta.url));
writeFileSync(path, await format(JSON.stringify(requestJsonSchema()), { parser: 'json', printWidth: 110 }));
