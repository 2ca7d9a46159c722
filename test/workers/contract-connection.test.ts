import { holdContract } from './contract-check.ts';
import { CONNECTION } from './contract-connection.ts';

holdContract(CONNECTION);
