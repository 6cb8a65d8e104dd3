import { join } from 'node:path';
import { defineUnit } from '../swarm/unit.ts';

/** Watches what the unit's own documents, its feeds and the web speak of, and says what rises. */
export default defineUnit({
  id: 'marketing',
  name: 'Marketing',
  summary: 'what customers, colleagues and the trade speak of, and what of it is new',
  mandate: join(import.meta.dirname, 'mandate.md'),
  example: join(import.meta.dirname, 'example'),
});
