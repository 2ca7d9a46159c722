import { Hono } from 'hono';
import type { App } from './app.ts';

export const scorePages = new Hono<App>();
