import { Hono } from 'hono';
import type { App } from './app.ts';

export const casePages = new Hono<App>();
