import { holdContract } from './contract-check.ts';
import { TESTING } from './contract-testing.ts';

holdContract(TESTING);
