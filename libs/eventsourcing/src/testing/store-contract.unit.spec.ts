import { memoryLog } from './memory-event-store.js';
import { storeContract, storeContractControls } from './store-contract.js';

storeContract('in memory', memoryLog);
storeContractControls(memoryLog);
