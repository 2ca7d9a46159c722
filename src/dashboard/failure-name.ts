import { categoryName } from '../domain/failure-words.ts';
import type { FailureCategory } from '../domain/fields.ts';

/** What a failure is filed under, for people: `Tool usage: wrong parameters`. */
export function failureName(category: FailureCategory, subtype: string | undefined): string {
  return subtype ? `${categoryName(category)}: ${subtype.replaceAll('_', ' ')}` : categoryName(category);
}
