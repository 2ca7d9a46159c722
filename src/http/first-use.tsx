import { Hono } from 'hono';
import type { App } from './app.ts';

export const firstUse = new Hono<App>();
