import type { FailureCategory } from './fields.ts';

/** What people read for a failure category or subtype: `tool_usage_failure` is `Tool usage`. */
export function categoryName(category: FailureCategory): string {
  return plainWords(category.replace(/_failure$/, ''));
}

/** `wrong_parameters` as `Wrong parameters`. */
export function plainWords(name: string): string {
  const words = name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
