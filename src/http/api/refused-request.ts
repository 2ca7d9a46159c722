import type { Problem } from './problem.ts';

/** A refusal whose status is another one than its code's. */
export class RefusedRequest extends Error {
  readonly problem: Problem;

  constructor(refused: Problem) {
    super(refused.text);
    this.name = 'RefusedRequest';
    this.problem = refused;
  }
}
