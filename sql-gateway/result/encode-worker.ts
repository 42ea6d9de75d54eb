import { move } from 'piscina';
import { readRows } from '../runtime/arrow/index.ts';
