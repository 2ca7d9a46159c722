import { BLUEPRINTS } from './contract-blueprints.ts';
import { holdContract } from './contract-check.ts';

holdContract(BLUEPRINTS);
