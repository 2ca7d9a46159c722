import { holdContract } from './contract-check.ts';
import { GENERATION } from './contract-generation.ts';

holdContract(GENERATION);
