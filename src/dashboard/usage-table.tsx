import { grouped } from '../domain/formatting.ts';
import { QUOTA_LABELS, QUOTAS, type Quota, type QuotaName, quotaText } from '../domain/quota.ts';

export type Usage = { quotas: Record<QuotaName, Quota>; resetsOn: string };

/** Quotas that begin again with the month; the others count what there is. */
const MONTHLY: QuotaName[] = ['generations', 'credits'];
/** From here on a bar warns. */
const NEARLY_FULL = 0.8;

/** What the plan allows and what is used of it: the figures of `invarium_usage`, each with a bar where there is a limit. */
export function UsageTable({ usage }: { usage: Usage }) {
  const { quotas, resetsOn } = usage;
  return (
    <table class="usage">
      <thead>
        <tr>
          <th scope="col">What</th>
          <th scope="col">Used</th>
        </tr>
      </thead>
      <tbody>
        {QUOTAS.map((name) => (
          <tr>
            <th scope="row">
              {QUOTA_LABELS[name]}
              {MONTHLY.includes(name) && <small>this month, resets {resetsOn}</small>}
            </th>
            <td>
              <Bar quota={quotas[name]} label={QUOTA_LABELS[name]} />
              <span>{quotaText(quotas[name])}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The browser's own bar; a limit of nothing has none to show. */
function Bar({ quota: { used, limit }, label }: { quota: Quota; label: string }) {
  if (limit === null || limit === 0) return null;
  return (
    <meter
      min={0}
      max={limit}
      high={limit * NEARLY_FULL}
      optimum={0}
      value={Math.min(used, limit)}
      aria-label={label}
      title={`${grouped(used)} of ${grouped(limit)}`}
    />
  );
}
