import type { Scope } from '../../domain/access.ts';
import type { Caller } from '../../tools/define-tool.ts';
import { RefusedRequest } from './refused-request.ts';

/** @throws RefusedRequest 403 for a key that is good and may not do this */
export function assertScope({ scopes }: Caller, scope: Scope | readonly Scope[]): void {
  const enough = [scope].flat();
  if ([...enough, 'admin' as const].some((one) => scopes.includes(one))) return;
  const text = `This API key is not allowed to do that. It needs the scope '${enough.join("' or '")}'.`;
  throw new RefusedRequest({ code: 'AUTH_FAILED', text, status: 403 });
}
