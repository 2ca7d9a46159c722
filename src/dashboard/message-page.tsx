import { Layout } from './layout.tsx';

export type MessagePageProps = { title: string; message: string; hint?: string; status: number };

/** One sentence and a way on: not found, not allowed, expired. The same for signed-in and signed-out readers. */
export function MessagePage({ title, message, hint, status }: MessagePageProps) {
  return (
    <Layout title={title}>
      <div class="narrow">
        <p class="muted code">{status}</p>
        <h1>{title}</h1>
        <p class="lead">{message}</p>
        {hint && <p>{hint}</p>}
        <p>
          <a href="/">Go to the overview</a>
        </p>
      </div>
    </Layout>
  );
}
