/** Number of the task that removes what a partition no longer has, after all its parts. Parts are numbered from 0. */
export const REMOVAL = -1;
