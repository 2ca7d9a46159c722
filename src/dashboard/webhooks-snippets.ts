/** What a CI job runs to bring its report here, for each way of being trusted. */

export type UploadPlace = { origin: string; workspaceId: string; agentName: string };

export function uploadUrl({ origin, workspaceId, agentName }: UploadPlace): string {
  return `${origin}/ingest/${workspaceId}/${agentName}`;
}

export function githubHookUrl({ origin, workspaceId }: Omit<UploadPlace, 'agentName'>): string {
  return `${origin}/ingest/${workspaceId}/github`;
}

/** A job of GitHub Actions: the token is asked for in the step that uses it, because it lives for some minutes. */
export function oidcSnippet(place: UploadPlace): string {
  return `permissions:
  contents: read
  id-token: write # lets the job ask for a token
steps:
  # ... run the tests, then:
  - name: Upload to Invarium
    if: always()
    run: |
      token=$(curl -fsS -H "Authorization: Bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" \\
        "$ACTIONS_ID_TOKEN_REQUEST_URL&audience=${place.origin}" | jq -r .value)
      curl --fail-with-body -H "Authorization: Bearer $token" --data-binary @report.xml \\
        -H "Content-Type: application/xml" \\
        "${uploadUrl(place)}?format=junit&shard=1/1&branch=$GITHUB_REF_NAME"
`;
}

/** Any CI with a shell. What is signed are the very bytes that are sent. */
export function signedSnippet(place: UploadPlace): string {
  return `id="msg_$CI_JOB_ID" # the same id again is the same delivery
at=$(date +%s)
key=$(printf %s "\${INVARIUM_SECRET#whsec_}" | base64 -d | od -An -v -tx1 | tr -d ' \\n')
signature=$({ printf '%s.%s.' "$id" "$at"; cat report.xml; } \\
  | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | base64 | tr -d '\\n')
curl --fail-with-body --data-binary @report.xml -H "Content-Type: application/xml" \\
  -H "webhook-id: $id" -H "webhook-timestamp: $at" -H "webhook-signature: v1,$signature" \\
  "${uploadUrl(place)}?format=junit"
`;
}

/** Makes GitHub's own webhook with its command line tool. */
export function githubHookSnippet(place: Omit<UploadPlace, 'agentName'>): string {
  return `gh api repos/OWNER/REPO/hooks -f name=web -F active=true -f 'events[]=workflow_run' \\
  -f 'config[url]=${githubHookUrl(place)}' \\
  -f 'config[content_type]=json' -f "config[secret]=$INVARIUM_SECRET"
`;
}
