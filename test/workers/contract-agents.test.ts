import { AGENTS } from './contract-agents.ts';
import { holdContract } from './contract-check.ts';

holdContract(AGENTS);
