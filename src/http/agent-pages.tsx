import { Hono } from 'hono';
import type { App } from './app.ts';

export const agentPages = new Hono<App>();
