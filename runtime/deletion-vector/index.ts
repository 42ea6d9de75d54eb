export { printDeletionVector, parseDeletionVector } from './deletion-vector.ts';
export { readDeletionVector } from './read-deletion-vector.ts';
