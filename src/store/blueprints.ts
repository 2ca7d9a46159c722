/** A version of an agent's blueprint; `confidence` is `low`, `medium` or `high`, `bytes` the size of its document. */
export type BlueprintVersion = { version: number; createdAt: number; confidence: string; bytes: number };

const MAX_VERSIONS = 200;

/** The versions of an agent's blueprint, newest first. */
export async function selectBlueprintVersions(
  db: D1Database,
  workspaceId: string,
  agentId: string,
): Promise<BlueprintVersion[]> {
  const { results } = await db
    .prepare(
      `SELECT b.version, b.created_at AS createdAt, b.confidence, octet_length(b.document) AS bytes
       FROM agents a JOIN blueprints b ON b.agent_id = a.id
       WHERE a.id = ?2 AND a.workspace_id = ?1 ORDER BY b.version DESC LIMIT ?3`,
    )
    .bind(workspaceId, agentId, MAX_VERSIONS)
    .all<BlueprintVersion>();
  return results;
}

export type BlueprintDocument = { version: number; document: string; createdAt: number };

/** A version as it was uploaded; null for the version asks for the newest. */
export async function selectBlueprintDocument(
  db: D1Database,
  workspaceId: string,
  agentId: string,
  version: number | null,
): Promise<BlueprintDocument | null> {
  return db
    .prepare(
      `SELECT b.version, b.document, b.created_at AS createdAt FROM agents a JOIN blueprints b ON b.agent_id = a.id
       WHERE a.id = ?2 AND a.workspace_id = ?1 AND b.version = coalesce(?3, a.blueprint_version) LIMIT 1`,
    )
    .bind(workspaceId, agentId, version)
    .first<BlueprintDocument>();
}
