import { holdContract } from './contract-check.ts';
import { RUNS } from './contract-runs.ts';
import { SYNC } from './contract-sync.ts';

holdContract([...SYNC, ...RUNS]);
