import { z } from 'zod';

/** A child of the supervisor's, as everybody else sees it. Times in milliseconds since the epoch. */
export const ServiceStatus = z.object({
  name: z.string(),
  state: z.enum(['starting', 'ready', 'backoff', 'stopping', 'stopped', 'paused']),
  pid: z.int().nullable(),
  /** When this state began. */
  since: z.number(),
  /** How often it was started again since the supervisor's own start. */
  restarts: z.int(),
  /** Restarts within the last ten minutes. */
  recentRestarts: z.int(),
  /** How the last process ended, in words; null: none has. */
  lastExit: z.string().nullable(),
});
export type ServiceStatus = Readonly<z.infer<typeof ServiceStatus>>;
