import { entityOf, labelOf, type Role, roleOf } from './parameter-role.ts';
import type { ValueShape } from './value-shape.ts';

/** One argument of a tool, as both the schema and a person see it. */
export type Parameter = {
  name: string;
  label: string;
  role: Role;
  /** For identifiers, the thing they stand for. */
  entity: string;
  required: boolean;
  shape: ValueShape;
  /** No ordinary request goes above: a rule of the agent says so. */
  ceiling: number | undefined;
  /** Choices that a rule of the agent speaks of; no ordinary request names them. */
  avoided: readonly unknown[];
};

export function parameterOf(name: string, shape: ValueShape, required: boolean): Parameter {
  const label = labelOf(name);
  const role = roleOf(label, shape);
  const entity = role === 'id' || role === 'self' ? entityOf(label) : '';
  return { name, label, role, entity, required, shape, ceiling: undefined, avoided: [] };
}

/** A property of this name cannot be told from the prototype by everyone who reads it. */
const UNSAFE_NAME = '__proto__';

export function parametersIn({ properties, required }: ValueShape): Parameter[] {
  return [...properties]
    .filter(([name]) => name !== UNSAFE_NAME)
    .map(([name, shape]) => parameterOf(name, shape, required.has(name)));
}
