import { Hono } from 'hono';
import type { App } from './app.ts';

export const reviewQueue = new Hono<App>();
