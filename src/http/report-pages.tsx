import { Hono } from 'hono';
import type { App } from './app.ts';

export const reportPages = new Hono<App>();
