import { redact } from '../domain/redaction/redaction.ts';

/** Uploads that were turned away, the newest of them, so that a team sees why its reports do not arrive. */

const KEPT = 100;

/** `sender` says who sent it, as far as that is known: a key's name, a rule's, `unknown`. `reason` holds no line of the upload. */
export type RefusedUpload = {
  at: number;
  format: string | null;
  code: string;
  reason: string;
  bytes: number | null;
  sender: string;
};

export function insertRefusedUpload(storage: DurableObjectStorage, upload: RefusedUpload): void {
  const { at, format, code, reason, bytes, sender } = redact(upload, { personalData: true }).value as RefusedUpload;
  storage.transactionSync(() => {
    storage.sql.exec(
      'INSERT INTO refused_uploads (at, format, code, reason, bytes, sender) VALUES (?1, ?2, ?3, ?4, ?5, ?6)',
      ...[at, format, code, reason, bytes, sender],
    );
    storage.sql.exec('DELETE FROM refused_uploads WHERE id <= (SELECT max(id) FROM refused_uploads) - ?1', KEPT);
  });
}

/** Newest first. */
export function selectRefusedUploads(sql: SqlStorage): RefusedUpload[] {
  return sql
    .exec<RefusedUpload>(
      'SELECT at, format, code, reason, bytes, sender FROM refused_uploads ORDER BY id DESC LIMIT ?1',
      KEPT,
    )
    .toArray();
}
