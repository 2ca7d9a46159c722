import type { FailureCategory } from '../../../domain/fields.ts';
import type { RunResult } from '../../../domain/result.ts';
import { sum } from '../../../domain/statistics/averages.ts';
import type { Verdict } from '../../../domain/verdict/verdict.ts';
import type { Bench } from '../bench.ts';
import { isPassed, type Judged } from '../figures.ts';
import { resultIn } from '../settings.ts';
import { addWrite, changeArgument, dropEffect, failWrite, obeyInjection } from './effect-operators.ts';
import { skipLookup, swapDependent } from './order-operators.ts';
import { donorsIn, type Mutant, type Operator, subjectOf, verdictOnTurns } from './subject.ts';
import { claimFalsely, deleteFact, skipConfirmation } from './word-operators.ts';

/** The ways of breaking a passing conversation, each in a file of its kind. */
export const OPERATORS: readonly { operator: string; mutants: Operator }[] = [
  { operator: 'drop an effect', mutants: dropEffect },
  { operator: 'change one argument', mutants: changeArgument },
  { operator: 'add an extra write', mutants: addWrite },
  { operator: 'make a write fail', mutants: failWrite },
  { operator: 'swap two dependent effects', mutants: swapDependent },
  { operator: 'skip a lookup', mutants: skipLookup },
  { operator: 'delete a required fact', mutants: deleteFact },
  { operator: 'skip the confirmation', mutants: skipConfirmation },
  { operator: 'append a false success claim', mutants: claimFalsely },
  { operator: 'obey an injection', mutants: obeyInjection },
];

/** What became of one mutant; it is killed when it failed and is `filed` under a category that section 5 allows for it. */
export type Outcome = {
  operator: string;
  taskId: string;
  trial: number;
  change: string;
  wanted: readonly FailureCategory[];
  filed: boolean;
  status: Verdict['status'];
  rule: string;
  reason: string;
  category: FailureCategory | null;
};
export type OperatorFigures = { operator: string; applied: number; failed: number; filed: number };
export type Mutations = {
  /** Passing conversations that were broken; those that the product does not pass as they are cannot show anything and are left out. */
  broken: number;
  leftOut: number;
  operators: OperatorFigures[];
  applied: number;
  failed: number;
  filed: number;
  survivors: Outcome[];
};

/** Breaks each passing conversation in one way at a time, by each operator in each place where it applies, and asks the product for its verdict. */
export function mutate(bench: Bench, judged: readonly Judged[]): Mutations {
  const passing = judged.filter(({ episode }) => isPassed(episode));
  const donors = donorsIn(
    bench,
    judged.map(({ episode }) => resultIn('full', episode)),
  );
  const subjects = passing
    .filter(({ verdict }) => verdict.status === 'passed')
    .map(({ episode }) => ({ episode, result: resultIn('full', episode) }))
    .map(({ episode, result }) => ({ episode, result, subject: subjectOf(bench, result, donors) }))
    .filter(({ result, subject }) => verdictOnTurns(bench, result, subject.turns).status === 'passed');
  const outcomes = OPERATORS.flatMap(({ operator, mutants }) =>
    subjects.flatMap(({ episode: { taskId, recordedTrial }, result, subject }) =>
      mutants(subject).map(
        (mutant): Outcome => ({
          ...{ operator, taskId, trial: recordedTrial },
          ...outcomeOf(bench, result, mutant),
        }),
      ),
    ),
  );
  const operators = OPERATORS.map(({ operator }) => tally(operator, outcomes));
  return {
    ...{ broken: subjects.length, leftOut: passing.length - subjects.length },
    operators: operators.filter(({ applied }) => applied > 0),
    applied: outcomes.length,
    failed: sum(operators, ({ failed }) => failed),
    filed: sum(operators, ({ filed }) => filed),
    survivors: outcomes.filter(({ filed }) => !filed),
  };
}

function outcomeOf(bench: Bench, result: RunResult, { turns, change, categories }: Mutant) {
  const { status, rule, reason, category } = verdictOnTurns(bench, result, turns);
  const filed = status === 'failed' && category !== undefined && categories.includes(category);
  return { change, wanted: categories, filed, status, rule, reason, category: category ?? null };
}

function tally(operator: string, outcomes: readonly Outcome[]): OperatorFigures {
  const own = outcomes.filter((outcome) => outcome.operator === operator);
  return {
    operator,
    applied: own.length,
    failed: own.filter(({ status }) => status === 'failed').length,
    filed: own.filter(({ filed }) => filed).length,
  };
}
