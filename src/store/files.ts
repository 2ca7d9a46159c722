/** A file that goes along with the Worker, by its path below src/. What may go along stands in src/.assetsignore. */
export async function readFile({ FILES }: { FILES: Fetcher }, path: string): Promise<string> {
  const answer = await FILES.fetch(`https://files/${path}`);
  if (!answer.ok) throw new Error(`The file ${path} is missing from this deployment (${answer.status}).`);
  return answer.text();
}
